"""From a tag in Odoo to the score of a case: mirrored from either side, weighed, and scored again within a poll."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone

from apps.accounts.roles import Role
from apps.exceptions.models import Case
from apps.exceptions.score_words import terms_of
from demo.odoo.server import StandIn
from demo.world.register import Register
from odoo_sync.client import Client
from odoo_sync.connections import open_client, readable
from odoo_sync.initial import load_all
from odoo_sync.mirror.base import Lane
from odoo_sync.mirror.company import Partner
from odoo_sync.mirror.partner_tag import PartnerTag
from odoo_sync.models import Connection
from odoo_sync.sync import poll_all
from tests import people
from tests.contract.worlds import copy_of, world
from tests.integration.conftest import Linked, attached
from tests.integration.kept import laid_out

pytestmark = pytest.mark.django_db


def tag(linked: Linked, name: str = "Customer class A", **values) -> int:
    return linked.odoo.call("res.partner.category", "create", {"name": name, **values})


def keys(linked: Linked, *numbers: int) -> list[int]:
    return [linked.connection.pk << 40 | number for number in numbers]


def tags_of(linked: Linked, partner: int) -> list[int]:
    return linked.row(Partner, partner).tags


def test_a_partner_brings_the_keys_of_its_tags_and_a_change_replaces_them(linked):
    first, second = tag(linked), tag(linked, "Newsletter")
    number = linked.partner(category_id=[[6, 0, [second, first]]])
    linked.poll(PartnerTag, Partner)
    assert tags_of(linked, number) == keys(linked, first, second)
    linked.clock.move(seconds=30)
    linked.odoo.call("res.partner", "write", [number], {"category_id": [[3, first]]})
    [outcome] = linked.poll(Partner)
    assert outcome.changed == keys(linked, number)
    assert tags_of(linked, number) == keys(linked, second)


def test_a_tag_is_mirrored_archived_or_not_and_gone_when_it_was_deleted(linked):
    number = tag(linked)
    partner = linked.partner(category_id=[[4, number]])
    linked.poll(PartnerTag, Partner)
    linked.odoo.call("res.partner.category", "write", [number], {"active": False})
    linked.poll(PartnerTag, Partner)
    assert linked.row(PartnerTag, number).active is False
    assert tags_of(linked, partner) == keys(linked, number)
    linked.odoo.call("res.partner.category", "unlink", [number])
    for _ in range(2):
        linked.clock.move(minutes=5)
        linked.sweep(PartnerTag)
    assert linked.row(PartnerTag, number).gone_at is not None


def test_partners_that_a_tag_was_given_or_lost_from_the_tags_side_are_read_again(linked):
    number, keeps, loses, gains = tag(linked), *(linked.partner(name) for name in ("keeps", "loses", "gains"))
    linked.odoo.call("res.partner", "write", [keeps, loses], {"category_id": [[4, number]]})
    linked.poll(PartnerTag, Partner)
    linked.clock.move(hours=30)
    linked.poll(PartnerTag, Partner)
    linked.odoo.call("res.partner.category", "write", [number], {"partner_ids": [[6, 0, [keeps, gains]]]})
    passes = {outcome.mirror: outcome for outcome in linked.poll(PartnerTag)}
    assert passes[Partner].changed == keys(linked, loses, gains)
    carried = [tags_of(linked, one) for one in (keeps, loses, gains)]
    assert carried == [keys(linked, number), [], keys(linked, number)]


def test_a_second_change_from_the_tags_side_within_the_same_second_arrives_too(linked):
    number, one, two = tag(linked), linked.partner("one"), linked.partner("two")
    linked.poll(PartnerTag, Partner)
    for partner in (one, two):
        linked.odoo.call("res.partner.category", "write", [number], {"partner_ids": [[4, partner]]})
        linked.poll(PartnerTag)
    assert tags_of(linked, one) == tags_of(linked, two) == keys(linked, number)


def test_a_tag_whose_partners_did_not_change_costs_one_call_and_reads_none_of_them(linked):
    number = tag(linked)
    linked.partner(category_id=[[4, number]])
    linked.poll(PartnerTag, Partner)
    linked.clock.move(hours=30)
    linked.poll(PartnerTag, Partner)
    linked.odoo.call("res.partner.category", "write", [number], {"name": "Customer class B"})
    calls = linked.client.transport.calls
    [outcome] = linked.poll(PartnerTag)
    assert (outcome.mirror, linked.client.transport.calls - calls) == (PartnerTag, 3)
    assert linked.row(PartnerTag, number).name == "Customer class B"


def test_partners_that_were_mirrored_before_there_were_tags_get_them_with_the_next_load(linked):
    """What the migration asks for: the cursor begins anew, the rows stay."""
    number = tag(linked)
    partner = linked.partner(category_id=[[4, number]])
    linked.poll(PartnerTag, Partner)
    linked.clock.move(hours=30)
    linked.poll(Partner)
    linked.rows(Partner).update(tags=[])
    linked.clock.move(seconds=2)
    linked.poll(Partner)
    assert tags_of(linked, partner) == []
    anew = {"loaded_at": None, "load_started_at": None, "load_total": None, "loaded_id": 0}
    linked.connection.cursors.filter(mirror="res.partner").update(**anew)
    load_all(linked.connection)
    assert tags_of(linked, partner) == keys(linked, number)


@dataclass
class Late:
    """A world on the stand-in, in which a line that customers wait for comes two months late."""

    odoo: StandIn
    connection: Connection
    client: Client
    register: Register
    customers: list[int]
    line: int

    def poll(self, lane: Lane) -> None:
        """Once, as the task does."""
        poll_all(self.connection, [one for one in readable(self.connection) if one.source.lane == lane], self.client)

    def case(self) -> Case:
        return Case.objects.get(subject_key=str(self.connection.pk << 40 | self.line))

    def weight(self) -> tuple[str, str, int]:
        impact = self.case().impact
        return impact["importance"], impact["customer_class"], impact["unclassified"]

    def note(self) -> str:
        return next(term["note"] for term in terms_of(self.case()) if term["key"] == "customers")

    def retag(self, *classes: str) -> None:
        """Give each customer of the line the class named in its turn, or none, and wait for one poll."""
        for customer, name in zip(self.customers, classes, strict=True):
            tags = [self.register.id_of(f"class_{name}")] if name else []
            self.odoo.call("res.partner", "write", [customer], {"category_id": [[6, 0, tags]]})
        self.poll(Lane.WARM)


@pytest.fixture
def late(db: None, tmp_path: Path) -> Iterator[Late]:
    with laid_out("late", come_late, open_again, on=lambda: copy_of("1", tmp_path)) as known:
        yield known
        known.client.close()


def come_late(odoo: StandIn) -> Late:
    chain = next(one for one in world("1").plan.chains if len(one.sales) == 2)
    line = int(world("1").line(chain)["id"])
    odoo.world.add_key("tower-bot", "an-api-key-of-the-bot")
    connection = attached(odoo, login="tower-bot", secret="an-api-key-of-the-bot")
    load_all(connection)
    client, register = open_client(connection), Register(odoo)
    customers = [register.id_of(f"customer_{sale.customer}") for sale in chain.sales]
    known = Late(odoo, connection, client, register, customers, line)
    planned = timezone.now() + timedelta(days=60)
    odoo.call("purchase.order.line", "write", [line], {"date_planned": f"{planned:%Y-%m-%d %H:%M:%S}"})
    known.poll(Lane.HOT)
    return known


def open_again(late: Late, odoo: StandIn, connection: Connection) -> Late:
    return replace(late, odoo=odoo, connection=connection, client=open_client(connection), register=Register(odoo))


def test_the_highest_class_at_risk_is_in_the_score_and_a_changed_tag_scores_the_case_again_within_a_poll(late):
    late.retag("B", "C")
    assert late.weight() == ("0.6", "Customer class B", 0)
    before = late.case()
    late.retag("B", "A")
    after = late.case()
    assert late.weight() == ("1.0", "Customer class A", 0)
    assert late.note() == "Highest class: Customer class A"
    assert after.version == before.version + 1
    assert after.score - before.score == 100 * Decimal("0.15") * Decimal("0.4") * 2 / 5


def test_without_a_class_the_lowest_counts_and_the_case_says_so(late):
    late.retag("B", "")
    assert late.note() == "Highest class: Customer class B · 1 customer has no class"
    late.retag("", "")
    assert late.weight() == ("0.3", "", 2)
    assert late.note() == "2 customers have no class: the weight is that of the lowest class"


def test_the_page_of_the_case_says_which_class_counted(late, client):
    late.retag("A", "")
    client.force_login(people.person(Role.AUDITOR))
    page = client.get(f"/cases/{late.case().pk}/").content.decode()
    assert '2 × 1.0<span class="note">Highest class: Customer class A · 1 customer has no class</span>' in page


def test_a_case_judged_before_there_were_classes_has_no_note(late):
    case = late.case()
    del case.impact["customer_class"], case.impact["unclassified"]
    assert [term["note"] for term in terms_of(case)] == ["", "", "", ""]


def test_a_tag_that_is_renamed_or_archived_scores_its_cases_again_within_a_poll(late):
    late.retag("A", "C")
    number = late.register.id_of("class_A")
    late.odoo.call("res.partner.category", "write", [number], {"name": "Customer class B"})
    late.poll(Lane.WARM)
    assert late.weight() == ("0.6", "Customer class B", 0)
    late.odoo.call("res.partner.category", "write", [number], {"active": False})
    late.poll(Lane.WARM)
    assert late.weight() == ("0.3", "Customer class C", 1)


def test_a_class_that_is_given_from_the_tags_side_scores_the_case_again_within_a_poll(late):
    late.retag("", "")
    number = late.register.id_of("class_A")
    late.odoo.call("res.partner.category", "write", [number], {"partner_ids": [[4, late.customers[1]]]})
    late.poll(Lane.WARM)
    assert late.weight() == ("1.0", "Customer class A", 1)
