"""How many wrong passwords are borne: by one name from one address, by one name, and from one address."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username, get_failure_limit
from axes.models import AccessAttempt, AccessLog
from django.db.models import Sum
from django.http import HttpRequest
from django.utils import timezone

MOST_BY_NAME = 20
MOST_FROM_ADDRESS = 50
KNOWN_FOR = timedelta(days=30)


class Lockout(AxesDatabaseHandler):
    """Five wrong tries lock a name at one address; twenty the name everywhere else; fifty the address for all names.

    All end with the cool-off, and a try while locked does not prolong it. A name at an address where that person has
    signed in within thirty days is judged by its own five tries alone: so nobody can lock a person out of the places
    they sign in from, neither with their name from elsewhere nor with other names from their office. The price: who
    guesses from such an address is held by the five tries alone, and a person at a new address has to wait while
    somebody keeps guessing at their name (docs/adr/0010).
    """

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """The tries of this name at this address; as many as lock it when a wider limit is reached."""
        own = int(super().get_failures(request, credentials))
        limit = int(get_failure_limit(request, credentials))
        name = get_client_username(request, credentials)
        if own < limit and _is_spread(request, name) and not _is_known(request, name):
            return limit
        return own


def _is_spread(request: HttpRequest, name: str) -> bool:
    """Whether a wider limit is reached. An unknown name counts like any other, so that nothing is told by it."""
    recent = AccessAttempt.objects.filter(attempt_time__gte=get_cool_off_threshold(request))
    failures = Sum("failures_since_start", default=0)
    by_name = recent.filter(username=name).aggregate(sum=failures)["sum"]
    from_address = recent.filter(ip_address=_address(request)).aggregate(sum=failures)["sum"]
    return by_name >= MOST_BY_NAME or from_address >= MOST_FROM_ADDRESS


def _is_known(request: HttpRequest, name: str) -> bool:
    since = timezone.now() - KNOWN_FOR
    signed_in = AccessLog.objects.filter(username=name, ip_address=_address(request), attempt_time__gte=since)
    return signed_in.exists()


def _address(request: HttpRequest) -> str | None:
    """As the library has noted it on the request."""
    return getattr(request, "axes_ip_address", None)
