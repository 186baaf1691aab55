"""Background work of accounts."""

from datetime import timedelta

from axes.models import AccessLog
from celery import shared_task
from django.core.management import call_command
from django.utils import timezone

from apps.accounts.lockout import KNOWN_FOR
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


@shared_task(ignore_result=True)
def forget_old_sign_ins() -> None:
    """Delete expired sessions, and the sign-ins that lockout no longer looks at. The audit trail keeps its own."""
    call_command("clearsessions")
    AccessLog.objects.filter(attempt_time__lt=timezone.now() - KNOWN_FOR).delete()
