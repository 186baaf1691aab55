"""What a kind of case shows on its page besides facts and chain; the applications above tell, since this one cannot."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from apps.exceptions.models import Case
from controltower.lib.outage import OUTAGES
from controltower.lib.scope import Scope

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Exhibit:
    """A fragment (``template``) with what it shows (``content``), made for one reader."""

    template: str
    content: Any


Shower = Callable[[Case, Scope], Exhibit | None]
_showers: dict[str, Shower] = {}


def shown_for(*detectors: str) -> Callable[[Shower], Shower]:
    """Register who shows something for cases of these detectors: a function of the case and the reader's scope."""

    def keep(shower: Shower) -> Shower:
        _showers.update(dict.fromkeys(detectors, shower))
        return shower

    return keep


def exhibit_of(case: Case, scope: Scope) -> Exhibit | None:
    """What this reader is shown; null where the kind has nothing, or there is nothing left to show. Where it cannot be
    read, that is said in its place.
    """
    shower = _showers.get(case.detector)
    try:
        return shower(case, scope) if shower else None
    except OUTAGES:
        raise
    except Exception:
        log.exception("What is shown of case %d could not be read", case.pk)
        return Exhibit("exceptions/_lacking.html", None)
