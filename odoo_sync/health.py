"""A connection that fails says so, waits longer each time, and recovers by itself."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from odoo_sync.errors import IdentityError, OdooError, SignInError
from odoo_sync.models import Connection

LONGEST_WAIT = timedelta(seconds=60)
SIGN_IN_WAIT = timedelta(minutes=5)
IDENTITY = "identity"


def may_run(connection: Connection) -> bool:
    """Whether sync is wanted and its wait after a failure is over."""
    if connection.paused_at is not None or connection.retired_at is not None:
        return False
    return connection.retry_at is None or connection.retry_at <= timezone.now()


def failed(connection: Connection, error: OdooError) -> None:
    """Note a failure in words for an administrator, and when to try again."""
    now = timezone.now()
    connection.failures += 1
    connection.problem = str(error)
    connection.problem_kind = IDENTITY if isinstance(error, IdentityError) else error.letter
    connection.problem_since = connection.problem_since or now
    connection.retry_at = now + wait_after(error, connection.failures)
    connection.save(update_fields=["failures", "problem", "problem_kind", "problem_since", "retry_at"])


def wait_after(error: OdooError, failures: int) -> timedelta:
    """What the other side asks for, else 1, 2, 4 … 60 seconds; a refused key is not tried often."""
    if error.retry_after is not None:
        return timedelta(seconds=error.retry_after)
    if isinstance(error, SignInError | IdentityError):
        return min(timedelta(seconds=15 * 2 ** min(failures, 8)), SIGN_IN_WAIT)
    return min(timedelta(seconds=2 ** min(failures - 1, 10)), LONGEST_WAIT)


def recovered(connection: Connection) -> None:
    """Note that the connection works; nothing is written when it did before."""
    if not connection.failures and not connection.problem:
        return
    connection.failures = 0
    connection.problem = connection.problem_kind = ""
    connection.problem_since = connection.retry_at = None
    connection.save(update_fields=["failures", "problem", "problem_kind", "problem_since", "retry_at"])
