"""Background work of accounts."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from apps.accounts.models import Grant
from apps.accounts.signals import grants_changed

LOOK_BACK = timedelta(minutes=1)


@shared_task(ignore_result=True)
def announce_ended_grants() -> None:
    """Tell open pages of grants whose end has just come. Looks back far enough that a missed turn is made up."""
    now = timezone.now()
    ended = Grant.objects.filter(ends_at__gt=now - LOOK_BACK, ends_at__lte=now)
    for user in ended.values_list("user_id", flat=True).distinct():
        grants_changed.send_robust(sender=Grant, user=user)
