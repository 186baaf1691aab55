"""The daily root: what the chain came to, worth writing down somewhere else."""

from __future__ import annotations

from django.utils import timezone

from apps.audit.models import DailyRoot
from apps.audit.seal import head


def keep_root() -> DailyRoot | None:
    """Note where the chain stands, once per UTC day; gives back the day's root, or null while nothing is sealed.

    The first call of a day counts: repeated calls leave the noted root as it is.
    """
    position, digest = head()
    if not position:
        return None
    root, _ = DailyRoot.objects.get_or_create(
        day_on=timezone.now().date(), defaults={"count": position, "hash": digest}
    )
    return root
