"""Who may see and do what: groups, companies, fields, private methods."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from demo.odoo.errors import AccessError, FieldValueError, MissingError, NoIdsError, NoMethodError, UserError
from demo.odoo.server import StandIn


class Group:
    """Two companies with an order each, and a buyer of the second."""

    def __init__(self) -> None:
        self.odoo = odoo = StandIn()
        self.other: int = odoo.call("res.company", "create", {"name": "Lyon"})
        values = {"name": "Lyon", "code": "LY", "company_id": self.other}
        odoo.call("stock.warehouse", "create", values, context={"allowed_company_ids": [self.other]})
        groups = odoo.call("ir.model.data", "search_read", [["name", "=", "group_purchase_user"]], fields=["res_id"])
        user = {"name": "Buyer", "login": "buyer", "company_id": self.other, "company_ids": [[6, 0, [self.other]]]}
        odoo.call("res.users", "create", {**user, "groups_id": [[6, 0, [groups[0]["res_id"]]]]})
        vendor = odoo.call("res.partner", "create", {"name": "Vendor"})
        self.mine, self.theirs = (
            odoo.call("purchase.order", "create", {"partner_id": vendor}, context={"allowed_company_ids": [company]})
            for company in (1, self.other)
        )


@pytest.fixture(scope="module")
def group() -> Iterator[Group]:
    yield Group()


def test_without_a_choice_all_own_companies_are_seen(group: Group) -> None:
    assert set(group.odoo.call("purchase.order", "search", [])) == {group.mine, group.theirs}


def test_search_leaves_out_other_companies_silently(group: Group) -> None:
    assert group.odoo.call("purchase.order", "search", [], context={"allowed_company_ids": [1]}) == [group.mine]
    assert group.odoo.call("purchase.order", "search", [], login="buyer") == [group.theirs]


def test_reading_another_company_s_record_is_refused_to_administrators_too(group: Group) -> None:
    with pytest.raises(AccessError):
        group.odoo.call("purchase.order", "read", [group.theirs], ["name"], context={"allowed_company_ids": [1]})
    with pytest.raises(AccessError):
        group.odoo.call("purchase.order", "read", [group.mine], ["name"], login="buyer")


def test_acting_on_another_company_s_record_is_refused(group: Group) -> None:
    for method, args in (("write", [{"origin": "x"}]), ("button_confirm", []), ("unlink", [])):
        with pytest.raises(AccessError):
            group.odoo.call("purchase.order", method, [group.mine], *args, login="buyer")


def test_a_company_the_user_has_not_is_refused_whatever_the_call(group: Group) -> None:
    for model, method, args in (("purchase.order", "search", [[]]), ("res.partner", "search_count", [[]])):
        with pytest.raises(AccessError, match="unauthorized or invalid companies"):
            group.odoo.call(model, method, *args, login="buyer", context={"allowed_company_ids": [1]})


def test_the_first_company_decides_defaults_and_costs(group: Group) -> None:
    odoo, both = group.odoo, [group.other, 1]
    product = odoo.call("product.product", "create", {"name": "Part", "standard_price": 5})
    odoo.call("product.product", "write", [product], {"standard_price": 9}, context={"allowed_company_ids": both})

    def cost(companies: list[int]) -> float:
        context = {"allowed_company_ids": companies}
        price: float = odoo.call("product.product", "read", [product], ["standard_price"], context=context)[0][
            "standard_price"
        ]
        return price

    assert (cost([1, group.other]), cost(both)) == (5.0, 9.0)
    made = odoo.call("purchase.order", "default_get", ["company_id"], context={"allowed_company_ids": both})
    assert made == {"company_id": group.other}


def test_models_are_kept_to_groups(group: Group) -> None:
    for model, method, args in (
        ("res.company", "write", [[1], {"name": "x"}]),
        ("mrp.production", "create", [{}]),
        ("ir.config_parameter", "search", [[]]),
    ):
        with pytest.raises(AccessError, match="You are not allowed to"):
            group.odoo.call(model, method, *args, login="buyer")


def test_a_field_of_another_group_is_refused_when_named_and_left_out_otherwise(group: Group) -> None:
    fields = group.odoo.world.registry["res.users"]._fields.values()
    hidden = [one.name for one in fields if one.groups == "base.group_erp_manager"]
    shown = group.odoo.call("res.users", "fields_get", [], ["type"], login="buyer")
    assert hidden and "login" in shown and not set(hidden) & set(shown)
    assert set(hidden) <= set(group.odoo.call("res.users", "fields_get", [], ["type"]))
    with pytest.raises(AccessError):
        group.odoo.call("res.users", "search_read", [], fields=hidden[:1], login="buyer")


def test_private_and_unknown_methods_are_refused(group: Group) -> None:
    with pytest.raises(AccessError, match="Private methods"):
        group.odoo.call("stock.picking", "_action_done", [1])
    for name in ("browse", "sudo", "ids", "env", "mapped", "no_such"):
        with pytest.raises(NoMethodError):
            group.odoo.call("purchase.order", name, [group.mine])
    with pytest.raises(NoIdsError):
        group.odoo.call("purchase.order", "button_confirm")
    with pytest.raises(UserError, match="doesn't exist"):
        group.odoo.call("no.such.model", "search", [])


def test_what_is_gone_is_missing_for_writers_and_absent_for_readers(group: Group) -> None:
    with pytest.raises(MissingError):
        group.odoo.call("res.partner", "write", [1, 999_999], {"ref": "x"})
    assert group.odoo.call("res.partner", "read", [1], ["ref"])[0]["ref"] is False
    assert [row["id"] for row in group.odoo.call("res.partner", "read", [1, 999_999], ["ref"])] == [1]


def test_a_password_is_never_given_away(group: Group) -> None:
    shown = group.odoo.call("res.users", "read", [2], ["password", "new_password", "login"])[0]
    assert shown == {"id": 2, "password": False, "new_password": False, "login": "admin"} or not shown["password"]


def test_a_worker_unblocks_a_machine_that_only_managers_may_change() -> None:
    odoo = StandIn()
    centre = odoo.call("mrp.workcenter", "create", {"name": "Paint line"})
    loss = odoo.call("mrp.workcenter.productivity.loss", "search", [["loss_type", "=", "availability"]], limit=1)[0]
    odoo.call("mrp.workcenter.productivity", "create", {"workcenter_id": centre, "loss_id": loss})
    worker = user_of(odoo, "group_mrp_user")
    with pytest.raises(AccessError):
        odoo.call("mrp.workcenter", "write", [centre], {"name": "x"}, login=worker)
    assert odoo.call("mrp.workcenter", "unblock", [centre], login=worker) is True
    assert odoo.call("mrp.workcenter", "read", [centre], ["working_state"])[0]["working_state"] == "normal"


def test_equipment_is_seen_by_equipment_managers_and_its_followers() -> None:
    odoo = StandIn()
    machine = odoo.call("maintenance.equipment", "create", {"name": "Oven"})
    request = odoo.call("maintenance.request", "create", {"name": "Burner", "equipment_id": machine})
    keeper, worker = user_of(odoo, "group_equipment_manager"), user_of(odoo, "group_mrp_user")
    for model, row in (("maintenance.equipment", machine), ("maintenance.request", request)):
        assert odoo.call(model, "search", [], login=keeper) == [row]
        assert odoo.call(model, "search", [], login=worker) == []
    partner = odoo.call("res.users", "search_read", [["login", "=", worker]], fields=["partner_id"])[0]["partner_id"][0]
    odoo.call("maintenance.equipment", "message_subscribe", [machine], partner_ids=[partner])
    assert odoo.call("maintenance.equipment", "search", [], login=worker) == [machine]


def test_whoever_may_load_a_record_finds_it_by_its_external_id() -> None:
    odoo = StandIn()
    keeper = user_of(odoo, "group_equipment_manager")
    made = odoo.call("maintenance.request", "load", ["id", "name"], [["tower.one", "Burner"]], login=keeper)["ids"]
    found = odoo.call("ir.model.data", "check_object_reference", "tower", "one", login=keeper)
    assert found == ["maintenance.request", *made]
    with pytest.raises(FieldValueError, match=r"External ID not found in the system: tower\.two"):
        odoo.call("ir.model.data", "check_object_reference", "tower", "two", login=keeper)


def user_of(odoo: StandIn, group: str) -> str:
    """The login of a new user with one group."""
    rows = odoo.call("ir.model.data", "search_read", [["name", "=", group]], fields=["res_id"])
    values = {"name": group, "login": group, "groups_id": [[6, 0, [rows[0]["res_id"]]]]}
    odoo.call("res.users", "create", values)
    return group
