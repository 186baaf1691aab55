"""The door between an action and whoever asks it: what it trips over is told to people and traced in the log.

A mirrored record may lack what an action needs: a row that is not read yet, one that was deleted, a field that the bot
may not see. An action that minds this says so itself (CannotPlanError); what it did not think of comes out here.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from apps.actions.definition import Action, CannotPlanError
from controltower.lib.outage import OUTAGES

log = logging.getLogger(__name__)


class StumbledError(CannotPlanError):
    """The action failed over the record: a defect of ours or odd data. The trace is in the log."""


@contextmanager
def minding(action: Action[Any], mirror: str, row: int) -> Iterator[None]:
    """Around everything that an action is asked about a record, whose mirror and row are named for the log.

    Raises StumbledError for what the action does not raise on purpose. An absent database is no fault of the record.
    """
    try:
        yield
    except (*OUTAGES, CannotPlanError, PermissionDenied):
        raise
    except Exception as error:
        log.exception("%s failed over %s,%d", action.key, mirror, row)
        words = _("“%s” cannot be offered here: the tower failed over what is known of the record. Its log says why.")
        raise StumbledError(words % action.title) from error
