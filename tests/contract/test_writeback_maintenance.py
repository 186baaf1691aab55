"""What maintenance really does: equipment, requests and their stages."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.contract.odoos import NOTHING, Odoo, RefusedError


@dataclass
class Shop:
    """A machine with a serial number in a category, looked after by a team of its own."""

    equipment: int
    category: int
    team: int
    serial: str


@pytest.fixture
def shop(odoo: Odoo) -> Shop:
    number = next(odoo._numbers)
    serial = f"S-{odoo.mark}-{number}"
    category = odoo.create("maintenance.equipment.category", name=f"Ovens {odoo.mark} {number}")
    team = odoo.create("maintenance.team", name=f"Team {odoo.mark} {number}", company_id=odoo.company)
    values = {"category_id": category, "maintenance_team_id": team, "serial_no": serial}
    return Shop(odoo.create("maintenance.equipment", name="Oven", **values), category, team, serial)


def final_stage(odoo: Odoo) -> int:
    return odoo.find("maintenance.stage", [["done", "=", True]], limit=1)[0]


def first_stage(odoo: Odoo) -> int:
    return odoo.find("maintenance.stage", [], limit=1)[0]


def test_equipment_is_called_by_name_and_serial_number(odoo: Odoo, shop: Shop) -> None:
    found = odoo.read("maintenance.equipment", shop.equipment, "display_name", "company_id", "equipment_assign_to")
    assert found == {
        "display_name": f"Oven/{shop.serial}",
        "company_id": odoo.company,
        "equipment_assign_to": "employee",
    }


def test_a_serial_number_is_given_once(odoo: Odoo, shop: Shop) -> None:
    with pytest.raises(RefusedError, match="Another asset already exists with this serial number") as refused:
        odoo.create("maintenance.equipment", name="Other", serial_no=shop.serial)
    assert refused.value.name == "odoo.exceptions.ValidationError"


def test_a_request_begins_in_the_first_stage_with_the_usual_team(odoo: Odoo, shop: Shop) -> None:
    request = odoo.create("maintenance.request", name="Burner failure", equipment_id=shop.equipment)
    found = odoo.read(
        "maintenance.request", request, "stage_id", "category_id", "kanban_state", "maintenance_type", "archive", "done"
    )
    assert found == {
        "stage_id": first_stage(odoo),
        "category_id": shop.category,
        "kanban_state": "normal",
        "maintenance_type": "corrective",
        "archive": False,
        "done": False,
    }
    usual = odoo.find("maintenance.team", [["company_id", "=", odoo.company]], limit=1)[0]
    assert odoo.read("maintenance.request", request, "maintenance_team_id") == usual != shop.team
    assert odoo.read("maintenance.equipment", shop.equipment, "maintenance_open_count") == 1


def test_a_request_for_the_team_of_the_equipment_has_to_say_so(odoo: Odoo, shop: Shop) -> None:
    request = odoo.create(
        "maintenance.request", name="Burner failure", equipment_id=shop.equipment, maintenance_team_id=shop.team
    )
    assert odoo.read("maintenance.request", request, "maintenance_team_id") == shop.team


def test_the_description_keeps_its_link(odoo: Odoo) -> None:
    text = '<p>Stopped <a href="https://tower.example/cases/12/">case 12</a></p>'
    request = odoo.create("maintenance.request", name="Stop", description=text, priority="3")
    found = odoo.read("maintenance.request", request, "description", "priority")
    assert 'href="https://tower.example/cases/12/"' in found["description"] and found["priority"] == "3"


def test_a_request_without_a_team_is_refused(odoo: Odoo) -> None:
    with pytest.raises(RefusedError) as refused:
        odoo.create("maintenance.request", name="Stop", maintenance_team_id=False)
    assert refused.value.name == "odoo.exceptions.ValidationError"


def test_closing_dates_the_request_and_frees_the_equipment(odoo: Odoo, shop: Shop) -> None:
    request = odoo.create("maintenance.request", name="Burner failure", equipment_id=shop.equipment)
    assert odoo.write("maintenance.request", [request], stage_id=final_stage(odoo), kanban_state="blocked") is True
    found = odoo.read("maintenance.request", request, "done", "close_date", "kanban_state")
    assert found == {"done": True, "close_date": odoo.now()[:10], "kanban_state": "blocked"}
    assert odoo.read("maintenance.equipment", shop.equipment, "maintenance_open_count", "maintenance_count") == {
        "maintenance_open_count": 0,
        "maintenance_count": 1,
    }


def test_cancelling_archives_and_still_comes_with_every_search(odoo: Odoo, shop: Shop) -> None:
    request = odoo.create("maintenance.request", name="Burner failure", equipment_id=shop.equipment)
    assert odoo.call("maintenance.request", "archive_equipment_request", [request]) is NOTHING
    assert odoo.read("maintenance.request", request, "archive") is True
    assert odoo.find("maintenance.request", [["id", "=", request]]) == [request]
    assert odoo.read("maintenance.equipment", shop.equipment, "maintenance_open_count") == 0


def test_reopening_goes_back_to_the_first_stage(odoo: Odoo) -> None:
    request = odoo.create("maintenance.request", name="Burner failure")
    odoo.write("maintenance.request", [request], stage_id=final_stage(odoo))
    odoo.call("maintenance.request", "archive_equipment_request", [request])
    assert odoo.call("maintenance.request", "reset_equipment_request", [request]) is NOTHING
    found = odoo.read("maintenance.request", request, "archive", "stage_id", "close_date")
    assert found == {"archive": False, "stage_id": first_stage(odoo), "close_date": False}


def test_equipment_with_requests_and_full_categories_stay(odoo: Odoo, shop: Shop) -> None:
    odoo.create("maintenance.request", name="Burner failure", equipment_id=shop.equipment)
    for model, row, name in (
        ("maintenance.equipment", shop.equipment, "odoo.exceptions.ValidationError"),
        ("maintenance.equipment.category", shop.category, "odoo.exceptions.UserError"),
    ):
        with pytest.raises(RefusedError) as refused:
            odoo.call(model, "unlink", [row])
        assert refused.value.name == name


def test_loading_twice_under_one_external_id_makes_one_request(odoo: Odoo, shop: Shop) -> None:
    fields = ["id", "name", "equipment_id/.id", "maintenance_team_id/.id", "description"]
    name = f"control_tower.{odoo.mark}_{next(odoo._numbers)}"
    row = [name, "Burner failure", str(shop.equipment), str(shop.team), "<p>Stopped</p>"]
    first = odoo.call("maintenance.request", "load", fields, [row])
    again = odoo.call("maintenance.request", "load", fields, [row])
    assert first == again == {"ids": [first["ids"][0]], "messages": [], "nextrow": 0}
    assert odoo.read("maintenance.request", first["ids"][0], "equipment_id", "maintenance_team_id") == {
        "equipment_id": shop.equipment,
        "maintenance_team_id": shop.team,
    }


def test_loading_what_cannot_be_is_answered_with_a_message(odoo: Odoo) -> None:
    answer = odoo.call(
        "maintenance.request", "load", ["id", "name", "equipment_id/.id"], [["control_tower.none", "Stop", "999999"]]
    )
    assert answer["ids"] is False and answer["messages"][0]["type"] == "error"
    assert odoo.find("ir.model.data", [["module", "=", "control_tower"], ["name", "=", "none"]]) == []
