"""Makes and answers inspections of the OCA, as its screens do: the questions of the test are copied onto each."""

from __future__ import annotations

from datetime import datetime

from demo.world.dates import stamp
from demo.world.register import Register
from demo.world.site import rows, setting

ASKED = ["name", "type", "min_value", "max_value", "uom_id", "ql_values"]


def inspect(register: Register, company: int, test: int, about: str, *, quantity: float, asked_at: datetime) -> int:
    """A new inspection of a record, named as ``model,id``: a draft without answers."""
    asked = register.find("qc.test.question", [["test", "=", test]], ASKED, company=company)
    lines = [
        {
            "name": one["name"],
            "test_line": one["id"],
            "question_type": one["type"],
            "min_value": one["min_value"],
            "max_value": one["max_value"],
            "uom_id": one["uom_id"] and one["uom_id"][0],
            "test_uom_id": one["uom_id"] and one["uom_id"][0],
            "possible_ql_values": setting(one["ql_values"]),
        }
        for one in asked
    ]
    values = {
        "object_id": about,
        "test": test,
        "qty": quantity,
        "company_id": company,
        "date": stamp(asked_at),
        "inspection_lines": rows(lines),
    }
    made = register.call("qc.inspection", "create", [values], company=company)
    return int(made[0])


def answer(register: Register, company: int, inspection: int, *, measured: float, looks: str) -> None:
    """Answer every question of an inspection: this value, and the answer called so."""
    domain = [["inspection_id", "=", inspection]]
    for line in register.find("qc.inspection.line", domain, ["question_type", "possible_ql_values"], company=company):
        values: dict[str, object] = {"quantitative_value": measured}
        if line["question_type"] == "qualitative":
            named = [["id", "in", line["possible_ql_values"]], ["name", "=", looks]]
            values = {"qualitative_value": register.find("qc.test.question.value", named, ["id"])[0]["id"]}
        register.call("qc.inspection.line", "write", [line["id"]], values, company=company)
