"""Whether people on an escalation path can still be told, and still help: pure."""

from __future__ import annotations

import pytest

from apps.notifications.models import Occasion
from apps.notifications.standing import Lack, Standing, lack_of_path

FIT, BUYER, GONE = (
    Standing(sees=True, approves=True),
    Standing(sees=True, approves=False),
    Standing(sees=False, approves=False),
)


@pytest.mark.parametrize(
    ("occasion", "standing", "lack"),
    [
        (Occasion.CASE, FIT, None),
        (Occasion.CASE, BUYER, None),
        (Occasion.CASE, GONE, Lack.SIGHT),
        (Occasion.APPROVAL, FIT, None),
        (Occasion.APPROVAL, BUYER, Lack.WORD),
        (Occasion.APPROVAL, GONE, Lack.SIGHT),
        (Occasion.APPROVAL, Standing(sees=False, approves=True), Lack.SIGHT),
    ],
)
def test_what_a_person_lacks_depends_on_what_waits(occasion: Occasion, standing: Standing, lack: Lack | None) -> None:
    assert standing.lack(occasion) is lack


@pytest.mark.parametrize(
    ("occasion", "people", "lack"),
    [
        (Occasion.CASE, [GONE, BUYER], None),
        (Occasion.CASE, [GONE, GONE], Lack.SIGHT),
        (Occasion.CASE, [], Lack.SIGHT),
        (Occasion.APPROVAL, [GONE, BUYER, FIT], None),
        (Occasion.APPROVAL, [GONE, BUYER], Lack.WORD),
        (Occasion.APPROVAL, [BUYER], Lack.WORD),
        (Occasion.APPROVAL, [GONE], Lack.SIGHT),
    ],
)
def test_one_person_who_lacks_nothing_keeps_a_path(
    occasion: Occasion, people: list[Standing], lack: Lack | None
) -> None:
    assert lack_of_path(occasion, people) is lack
