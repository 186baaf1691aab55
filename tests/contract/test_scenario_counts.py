"""What the tower finds in a seeded scenario of a real Odoo is what the scenario's own table says is wrong in it.

On the Odoo that ODOO_URL, ODOO_DB, ODOO_LOGIN and ODOO_KEY name, where its documents carry ``SCN/…``; these marks are
read to check and never to detect. The counts hold at scale 1 on a database in which nobody has worked since.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest

from apps.exceptions.detectors.late_purchase import LatePurchase
from apps.exceptions.detectors.live_downtime import LiveDowntime
from apps.exceptions.detectors.stock_on_hold import StockOnHold
from apps.exceptions.evaluate import sweep
from apps.exceptions.models import Case
from apps.intercompany.detectors.differing_pair import DifferingPair
from apps.intercompany.detectors.missing_counterpart import MissingCounterpart
from odoo_sync.connections import attach
from odoo_sync.initial import load_all
from odoo_sync.mirror.accounting import JournalEntry
from odoo_sync.mirror.purchase import PurchaseOrderLine
from odoo_sync.mirror.quality import Inspection

NAMES = ("ODOO_URL", "ODOO_DB", "ODOO_LOGIN", "ODOO_KEY")
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(any(name not in os.environ for name in NAMES), reason="no Odoo is named"),
]
COMPANIES = "Aurora"
"""What the names of the scenario's companies begin with; the demonstration data beside it has companies of its own."""


@pytest.fixture
def judged() -> None:
    """The scenario, loaded and judged."""
    url, database, login, secret = (os.environ[name] for name in NAMES)
    connection = attach(name="Scenario", url=url, database=database, login=login, secret=secret)
    load_all(connection)
    if not JournalEntry.objects.filter(origin__startswith="SCN/").exists():
        pytest.skip("this Odoo does not hold the scenario")
    sweep()


def keys(detector: str) -> list[int]:
    found = Case.objects.held().filter(detector=detector, company__name__startswith=COMPANIES)
    return [int(key) for key in found.values_list("subject_key", flat=True)]


@pytest.mark.usefixtures("judged")
def test_the_tower_counts_what_the_scenario_holds() -> None:
    late = PurchaseOrderLine.objects.filter(pk__in=keys(LatePurchase.key)).values_list("order_id", flat=True)
    assert len(set(late)) == 15 + 9
    assert len(keys(LiveDowntime.key)) == 2
    states = Inspection.objects.filter(pk__in=keys(StockOnHold.key)).values_list("state", flat=True)
    assert Counter(states) == {"failed": 2, "waiting": 2}
    lacking = JournalEntry.objects.filter(pk__in=keys(MissingCounterpart.key)).values_list("origin", flat=True)
    assert Counter(lacking) == {"SCN/IC/missing_bill": 6, "SCN/IC/draft_bill": 3, "SCN/IC/missing_invoice": 3}
    assert len(keys(DifferingPair.key)) == 15
