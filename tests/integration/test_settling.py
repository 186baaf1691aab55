"""What a sweep of many cases writes down: in one statement, in order, and provably."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.audit.models import Entry
from apps.audit.seal import seal
from apps.audit.verify import verify
from apps.exceptions.evaluate import sweep
from apps.exceptions.models import Case, CaseEvent
from tests.mirrored import NOON, Group, change, days

pytestmark = pytest.mark.django_db
MANY = 12


def test_many_cases_are_recorded_in_one_statement_in_the_order_of_their_timeline():
    group = Group()
    lines = [group.purchase(days(4)) for _ in range(MANY)]
    for line in lines:
        change(line, promised_at=days(-3))
    with CaptureQueriesContext(connection) as queries:
        sweep(now=NOON)
    inserts = [one["sql"] for one in queries if one["sql"].startswith('INSERT INTO "audit_entry"')]
    assert len(inserts) == 1
    opened = Entry.objects.filter(verb="case.opened").order_by("id")
    events = CaseEvent.objects.filter(verb="case.opened").order_by("id")
    assert [int(entry.object_key) for entry in opened] == [event.case_id for event in events]
    assert [entry.details for entry in opened] == [event.details for event in events]
    assert {(entry.company, entry.plant) for entry in opened} == set(Case.objects.values_list("company_id", "plant_id"))
    for line in lines[::2]:
        change(line, promised_at=days(4))
    sweep(now=NOON)
    assert Entry.objects.filter(verb="case.resolved").count() == MANY // 2
    assert seal(wait=True) == MANY * 3 // 2
    chained = Entry.objects.order_by("position").values_list("id", flat=True)
    assert list(chained) == sorted(chained)
    assert verify().holds
