"""A1: machines that stand still, from mirror rows to cases."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.exceptions.definition import Severity
from apps.exceptions.detectors.live_downtime import LiveDowntime
from apps.exceptions.evaluate import evaluate_change, evaluate_due, sweep
from apps.exceptions.lifecycle import CaseState
from apps.exceptions.models import Case, CaseEvent, Check, EquipmentLink, Event, LimitOverride
from controltower.lib.scope import Scope
from odoo_sync.mirror.downtime import CentreTime
from odoo_sync.mirror.maintenance import MaintenanceRequest
from odoo_sync.mirror.production import ProductionOrder, WorkCentre, WorkOrder
from odoo_sync.mirror.sale import SaleOrderLine
from odoo_sync.mirror.stock import Warehouse
from tests.floor import Floor, judge, minutes
from tests.mirrored import NOON, Group, change, days

pytestmark = pytest.mark.django_db


@pytest.fixture
def floor() -> Floor:
    return Floor(Group())


def held(floor: Floor, price: int = 100):
    """A production order on the paint line whose customer was promised today; it ends an hour before midnight."""
    evening = NOON + timedelta(hours=9)
    sold = floor.group.sale(evening, price=price)
    made = floor.group.make(NOON, evening, feeds=[sold.move])
    return floor.work(made.order, start_at=NOON), made, sold


def test_a_stop_is_a_case_with_its_place_and_its_money(floor):
    case = judge(floor.stop())
    assert case is not None
    assert (case.state, case.domain, case.detector) == (CaseState.OPEN, "assets", "assets.live_downtime")
    assert (case.company_id, case.plant_id) == (floor.group.plant.pk, floor.group.warehouse.pk)
    assert case.summary == "Paint line is down: Equipment Failure"
    assert case.detail == "Burner failure · No order is known to wait for it"
    assert (case.money, case.own_money, case.currency) == (Decimal(45), Decimal(45), "EUR")
    since = minutes(-30).isoformat()
    assert case.running == {"at": NOON.isoformat(), "per_hour": "90.000000", "until": None, "since": since}
    assert CaseEvent.objects.get(case=case).verb == "case.opened"
    labels = [one["label"] for one in case.evidence]
    assert labels[:3] == ["Stands still since", "Reason", "Reported"] and "An hour costs" in labels


def test_work_under_way_is_no_stop(floor):
    assert judge(floor.stop(reason=floor.work_time)) is None
    assert list(LiveDowntime().subjects(Scope.everything())) == []


def test_the_money_grows_silently_each_minute_and_is_right_each_time(floor):
    stop = floor.stop()
    case = judge(stop)
    told = CaseEvent.objects.count(), Event.objects.count(), case.version
    for number in range(1, 6):
        assert evaluate_due(now=minutes(number)) == 1
        case.refresh_from_db()
        assert case.money == Decimal(45) + Decimal("1.5") * number
        assert case.judged_at == minutes(number)
        assert case.running["at"] == minutes(number).isoformat()
    assert (CaseEvent.objects.count(), Event.objects.count(), case.version) == told


def test_the_card_is_sent_again_when_the_points_change(floor):
    stop = floor.stop(since=0)
    case = judge(stop)
    before, events = case.score, Event.objects.count()
    for number in range(1, 120):
        evaluate_due(now=minutes(number))
    case.refresh_from_db()
    assert int(case.score) > int(before)
    assert Event.objects.count() - events == int(case.score) - int(before)
    assert case.version == 1


def test_a_higher_severity_is_told_as_a_change(floor):
    stop = floor.stop(since=0, centre=floor.centre("Furnace", cost_per_hour=Decimal(6000)))
    case = judge(stop)
    assert case.severity == Severity.LOW
    moment = 0
    while case.severity == Severity.LOW and moment < 3000:
        moment += 20
        evaluate_due(now=minutes(moment))
        case.refresh_from_db()
    assert case.severity == Severity.MEDIUM
    assert CaseEvent.objects.filter(case=case, verb="case.changed").exists() and case.version > 1


def test_orders_that_come_late_are_counted_once_beside_the_idle_time(floor):
    held(floor)
    case = judge(floor.stop())
    assert (case.money, case.own_money, case.customers) == (Decimal(545), Decimal(45), 1)
    assert case.detail == "Burner failure · Holds up 1 production order, 1 order line"
    kinds = [link["kind"] for link in case.impact["chain"]]
    assert kinds == ["work_centre", "production", "delivery", "sale_line", "customer"]
    assert case.delay_days == 1


def test_the_case_closes_when_the_row_ends(floor):
    stop = floor.stop()
    case = judge(stop)
    change(stop, end_at=minutes(1))
    evaluate_change(CentreTime, [stop.pk], now=minutes(1))
    case.refresh_from_db()
    assert (case.state, case.ending) == (CaseState.RESOLVED, "The stop has ended.")
    assert not Check.objects.filter(subject_key=str(stop.pk)).exists()


def test_the_case_closes_when_the_reason_turns_out_to_be_work(floor):
    stop = floor.stop()
    case = judge(stop)
    change(stop, reason=floor.work_time, category="productive")
    evaluate_change(CentreTime, [stop.pk], now=minutes(1))
    case.refresh_from_db()
    assert (case.state, case.ending) == (CaseState.RESOLVED, "It is work, not a stop.")


def test_a_deleted_stop_makes_its_case_moot(floor):
    stop = floor.stop()
    case = judge(stop)
    change(stop, gone_at=NOON)
    evaluate_change(CentreTime, [stop.pk], now=minutes(1))
    case.refresh_from_db()
    assert case.state == CaseState.RESOLVED
    assert CaseEvent.objects.filter(case=case, verb="case.moot").exists()


def test_a_new_stop_of_the_same_machine_is_a_case_of_its_own(floor):
    first = floor.stop()
    judge(first)
    change(first, end_at=minutes(-10))
    second = floor.stop(since=-5)
    evaluate_change(CentreTime, [first.pk, second.pk], now=NOON)
    assert [case.state for case in Case.objects.order_by("id")] == [CaseState.RESOLVED, CaseState.OPEN]


def test_of_two_open_stops_of_one_machine_the_first_tells_and_then_the_second(floor):
    first, second = floor.stop(), floor.stop(since=-5)
    sweep(now=NOON)
    assert [case.subject_key for case in Case.objects.live()] == [str(first.pk)]
    change(first, end_at=minutes(1))
    evaluate_change(CentreTime, [first.pk], now=minutes(1))
    assert [case.subject_key for case in Case.objects.live()] == [str(second.pk)]


def test_a_stop_whose_machine_has_not_arrived_is_a_case_all_the_same(floor):
    stop = floor.stop()
    WorkCentre.everything.filter(pk=floor.line.pk).delete()
    case = judge(stop)
    assert case.summary == "A work centre is down: Equipment Failure"
    assert (case.money, case.company_id, case.plant_id) == (0, floor.group.plant.pk, floor.group.warehouse.pk)
    assert case.cannot_judge == "Money is incomplete: the work centre has not arrived yet."


def test_a_stop_whose_reason_or_company_has_not_arrived_is_a_case_all_the_same(floor):
    case = judge(floor.stop(reason=None, category=None, company=None))
    assert case.summary == "Paint line is down: no reason given"
    assert (case.company_id, case.money) == (floor.group.plant.pk, Decimal(45))


def test_work_whose_production_order_has_not_arrived_holds_up_nothing(floor):
    work, made, _sold = held(floor)
    ProductionOrder.everything.filter(pk=made.order.pk).delete()
    case = judge(floor.stop())
    assert (case.money, case.detail) == (Decimal(45), "Burner failure · No order is known to wait for it")
    assert str(work.pk) and {"label": "Work orders waiting"}.items() <= case.evidence[-2].items()


@pytest.mark.parametrize("state", ["done", "cancel"])
def test_work_that_is_over_waits_no_more(floor, state):
    work, *_ = held(floor)
    stop = floor.stop()
    assert judge(stop).money == Decimal(545)
    change(work, state=state)
    evaluate_change(WorkOrder, [work.pk], now=NOON)
    assert judge(stop).money == Decimal(45)


def test_a_changed_order_changes_the_money(floor):
    _work, _made, sold = held(floor)
    stop = floor.stop()
    judge(stop)
    change(sold.line, quantity=10)
    evaluate_change(SaleOrderLine, [sold.line.pk], now=NOON)
    assert Case.objects.get(subject_key=str(stop.pk)).money == Decimal(1045)


def test_the_length_of_earlier_stops_is_what_is_expected_of_this_one(floor):
    for day in (5, 6, 7):
        begins = days(-day)
        floor.stop(start_at=begins, end_at=minutes(50, begins))
    case = judge(floor.stop())
    assert case.impact["chain"][0]["expected_at"] == minutes(20).isoformat()
    told = {one["label"]: one["value"] for one in case.evidence}
    assert told["That expectation rests on"] == "earlier stops of this kind here: 50 min as a rule"


def test_stops_of_another_kind_machine_or_year_tell_nothing(floor):
    other = floor.centre("Press")
    for day in (5, 6, 7):
        begins = days(-day)
        floor.stop(start_at=begins, end_at=minutes(50, begins), reason=floor.defect)
        floor.stop(start_at=begins, end_at=minutes(50, begins), centre=other)
        floor.stop(start_at=days(-day - 120), end_at=minutes(50, days(-day - 120)))
    case = judge(floor.stop())
    assert case.impact["chain"][0]["expected_at"] == minutes(90).isoformat()


def test_a_plant_has_limits_of_its_own(floor):
    by = User.objects.create_user("someone")
    LimitOverride.objects.create(
        rule=LiveDowntime.key, company=floor.group.plant, plant=floor.group.warehouse, set_by=by, reason="Short stops",
        values={"availability_after": "45 min"},
    )  # fmt: skip
    stop = floor.stop()
    assert judge(stop) is None
    assert Check.objects.get(subject_key=str(stop.pk)).due_at == minutes(15)
    floor.group.fresh(minutes(15))
    assert evaluate_due(now=minutes(15)) == 1
    assert Case.objects.get(subject_key=str(stop.pk)).state == CaseState.OPEN


def test_with_several_warehouses_the_case_belongs_to_the_company(floor):
    second = floor.group.add(Warehouse, name="Hall 2", company=floor.group.plant, active=True)
    stop = floor.stop()
    assert judge(stop).plant_id is None
    change(second, active=False)
    evaluate_change(Warehouse, [second.pk], now=NOON)
    assert Case.objects.get().plant_id == floor.group.warehouse.pk


def test_a_repair_under_way_is_told_and_a_finished_one_is_not(floor):
    by = User.objects.create_user("someone")
    machine = floor.machine()
    EquipmentLink.objects.create(equipment=machine, work_centre=floor.line, basis="hand", set_by=by)
    stop = floor.stop()
    request = floor.request(machine)
    floor.request(machine, kind="preventive")
    case = judge(stop)
    assert case.detail.endswith("1 repair under way")
    assert "Burner · New Request" in [one["value"] for one in case.evidence]
    change(request, stage=floor.repaired)
    evaluate_change(MaintenanceRequest, [request.pk], now=NOON)
    case.refresh_from_db()
    assert case.detail == "Burner failure · No order is known to wait for it"


def test_what_odoo_says_of_equipment_counts_before_what_people_said(floor):
    by = User.objects.create_user("someone")
    press = floor.centre("Press")
    machine = floor.machine(work_centre=press)
    EquipmentLink.objects.create(equipment=machine, work_centre=floor.line, basis="hand", set_by=by)
    floor.request(machine)
    assert "repair" not in judge(floor.stop()).detail
    assert "1 repair under way" in judge(floor.stop(centre=press)).detail


def test_equipment_that_has_gone_takes_its_repairs_along(floor):
    by = User.objects.create_user("someone")
    machine = floor.machine()
    EquipmentLink.objects.create(equipment=machine, work_centre=floor.line, basis="hand", set_by=by)
    floor.request(machine)
    change(machine, gone_at=NOON)
    assert "repair" not in judge(floor.stop()).detail


def test_many_stops_are_read_in_as_many_queries_as_one(floor):
    def counted(*stops: CentreTime) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            list(LiveDowntime().facts(CentreTime.everything.filter(pk__in=[one.pk for one in stops]), NOON))
        return len(queries)

    held(floor)
    first = floor.stop()
    more = [floor.stop(centre=floor.centre(f"Press {number}")) for number in range(4)]
    assert counted(first, *more) == counted(first)
