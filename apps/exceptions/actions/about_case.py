"""How a request names the case that it helps."""

from __future__ import annotations

from django.urls import reverse

from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.accounts.scope import scope_of
from apps.actions.about import About, told_by
from apps.exceptions.models import Case

CASE = "case"


@told_by(CASE)
def case_for(key: str, reader: User) -> About | None:
    """The case in its own words, with the money at risk; None for those who may not see it."""
    if not key.isdigit():
        return None
    case = Case.objects.within(scope_of(reader, Permission.SEE_CASES)).filter(pk=int(key)).first()
    if case is None:
        return None
    return About(case.summary, reverse("exceptions:case", args=[case.pk]), case.money, case.currency, case.severity)
