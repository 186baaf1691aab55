"""Every limit of every rule has an end: what nobody can mean is refused in words, wherever it is typed."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from decimal import Decimal
from typing import Any, get_type_hints

import pytest
from django.test import Client

from apps.exceptions.errors import LimitError
from apps.exceptions.limit_values import CLASSES, read_values
from apps.exceptions.limits import rules
from apps.exceptions.models import LimitOverride
from controltower.lib.money import Money
from tests.people import administrator

NINES = "9" * 40
ABSURD: dict[Any, tuple[str, ...]] = {
    int: (NINES, "10001"),
    Decimal: (NINES, f"{NINES}.5", "1000000000001"),
    timedelta: (f"{NINES} d", "999999999 d", "3661 d"),
    Money: (f"{NINES} EUR", "1000000000001 EUR"),
    CLASSES: (f"Gold = {NINES}", "Gold = NaN", "Gold = Infinity", "Gold = 1.1"),
}


def numeric_limits() -> list[tuple[Any, str, str]]:
    found = []
    for rule in rules():
        kinds = get_type_hints(type(rule.default()))
        for one in fields(rule.default()):
            found += [(rule, one.name, text) for text in ABSURD.get(kinds[one.name], ())]
    return found


@pytest.mark.django_db
def test_no_limit_takes_what_nobody_can_mean() -> None:
    taken = []
    for rule, name, text in numeric_limits():
        try:
            read_values(rule.default(), {name: text})
        except LimitError:
            continue
        taken.append((rule.key, name, text))
    assert len(numeric_limits()) > 60
    assert taken == []


@pytest.mark.parametrize(
    ("key", "name", "text", "most"),
    [
        ("purchase.late_line", "overdue_days", "366", "365"),
        ("purchase.late_line", "slipped_days", "366", "365"),
        ("purchase.changes", "days", "366", "365"),
        ("purchase.changes", "amount", "1000000000001 EUR", "1000000000000 EUR"),
        ("score", "delay_unit", "366", "365"),
        ("score", "money_weight", "101", "100"),
    ],
)
@pytest.mark.django_db
def test_the_refusal_says_how_high_a_limit_may_be(key: str, name: str, text: str, most: str) -> None:
    (rule,) = (one for one in rules() if one.key == key)
    with pytest.raises(LimitError, match=f"{name} is at most {most}"):
        read_values(rule.default(), {name: text})
    assert read_values(rule.default(), {name: most})


@pytest.mark.django_db
def test_the_page_refuses_it_too(client: Client) -> None:
    client.force_login(administrator())
    address = "/settings/limits/purchase.late_line/"
    for text in (NINES, "366"):
        response = client.post(address, {"overdue_days": text, "slipped_days": text, "reason": "x", "do": "set"})
        assert response.status_code == 422
        assert "at most" in response.content.decode()
    assert not LimitOverride.objects.exists()
