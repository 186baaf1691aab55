"""Asking somebody to do something about a record."""

from __future__ import annotations

import pytest

from tests.contract.odoos import Odoo, RefusedError


def ask(odoo: Odoo, partner: int, **values: object) -> int:
    model = odoo.find("ir.model", [["model", "=", "res.partner"]])[0]
    kind = odoo.ref("mail.mail_activity_data_todo")
    shared = {"res_model_id": model, "res_id": partner, "activity_type_id": kind, "summary": "Please book it"}
    return odoo.create("mail.activity", **{**shared, "date_deadline": "2031-05-06", "user_id": odoo.uid, **values})


def test_an_activity_names_the_record_and_keeps_its_words(odoo: Odoo) -> None:
    partner = odoo.partner()
    made = ask(odoo, partner, note="<p>Number <b>7</b></p>")
    found = odoo.read(
        "mail.activity", made, "res_model", "res_id", "summary", "note", "state", "user_id", "date_deadline"
    )
    assert found == {
        "res_model": "res.partner",
        "res_id": partner,
        "summary": "Please book it",
        "note": "<p>Number <b>7</b></p>",
        "state": "planned",
        "user_id": odoo.uid,
        "date_deadline": "2031-05-06",
    }


def test_an_activity_leaves_the_write_date_of_its_record_alone(odoo: Odoo) -> None:
    partner = odoo.partner()
    before = odoo.read("res.partner", partner, "write_date")
    ask(odoo, partner)
    assert odoo.read("res.partner", partner, "write_date") == before


def test_an_activity_that_names_the_model_by_its_name_alone_is_refused(odoo: Odoo) -> None:
    with pytest.raises(RefusedError) as refused:
        odoo.create("mail.activity", res_model="res.partner", res_id=odoo.partner(), summary="x")
    assert refused.value.name == "odoo.exceptions.ValidationError"


def test_feedback_takes_the_activity_away_and_leaves_a_message(odoo: Odoo) -> None:
    partner = odoo.partner()
    made = ask(odoo, partner)
    message = odoo.call("mail.activity", "action_feedback", [made], feedback="It is booked.")
    assert odoo.find("mail.activity", [["id", "=", made]]) == []
    found = odoo.read("mail.message", message, "model", "res_id", "body")
    assert (found["model"], found["res_id"]) == ("res.partner", partner)
    assert "It is booked." in found["body"]
