"""Money that grows by itself, as pages carry it."""

from decimal import Decimal

from controltower.templatetags.ui import running_money

RUNNING = {"at": "2026-06-03T12:00:00+00:00", "per_hour": "90.5", "until": None, "since": "2026-06-03T11:30:00+00:00"}


def test_an_amount_that_runs_says_from_when_on_and_how_fast():
    shown = running_money(Decimal("1045.25"), "EUR", RUNNING)
    assert shown == (
        '<data value="1045.25" data-running="whole" data-symbol="€" data-at="2026-06-03T12:00:00+00:00" '
        'data-per-hour="90.5" data-until="">€1,045</data>'
    )


def test_it_says_until_when_and_to_the_cent_where_asked():
    shown = str(running_money(Decimal("1045.25"), "GBP", {**RUNNING, "until": "2026-06-03T15:00:00+00:00"}, "exact"))
    assert 'data-running="exact"' in shown and 'data-until="2026-06-03T15:00:00+00:00"' in shown
    assert shown.endswith(">£1,045.25</data>")


def test_an_amount_that_rests_is_plain():
    assert running_money(Decimal(45), "EUR", None) == "€45"
    assert running_money(Decimal(45), "EUR", {**RUNNING, "per_hour": "0"}) == "€45"
