"""Background work of the audit trail."""

from celery import shared_task

from apps.audit.roots import keep_root
from apps.audit.seal import seal as seal_entries
from apps.audit.verify import note, verify


@shared_task(ignore_result=True)
def seal() -> None:
    """Chain what has been committed since; hinted after each commit and swept every second."""
    seal_entries()


@shared_task(ignore_result=True)
def keep_daily_root() -> None:
    """Note the day's root; repeating it changes nothing."""
    keep_root()


@shared_task(ignore_result=True)
def verify_chain() -> None:
    """Check the whole chain and keep the outcome for the audit page."""
    note(verify())
