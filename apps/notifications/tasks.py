"""Background work of notifications."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from apps.notifications import mails

KEPT = timedelta(days=90)


@shared_task(ignore_result=True)
def send_mail() -> None:
    """Gather what people wait for and hand it to the mail server."""
    mails.send_waiting()


@shared_task(ignore_result=True)
def forget_old_mails() -> None:
    """Forget which mails have been sent; those that failed stay until somebody has looked."""
    mails.forget(timezone.now() - KEPT)
