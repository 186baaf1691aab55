"""Quality control of the OCA: tests, their questions, and inspections of goods against them."""

from __future__ import annotations

from typing import Any

from demo.odoo.errors import UserError, ValidationError
from demo.odoo.models.technical import Thread
from demo.odoo.orm import Model
from demo.odoo.registry import computed
from demo.odoo.sequences import next_number
from demo.odoo.writing import Values

RANK = 60


class Category(Model):
    """A kind of tests."""

    _name = "qc.test.category"
    _title = "Test category"
    _declare = "name:char! parent_id:many2one(qc.test.category) active:boolean"


class Test(Thread, Model):
    """A group of questions with the answers that are right."""

    _name = "qc.test"
    _title = "Quality control test"
    _defaults = {"fill_correct_values": False, "company_id": lambda self: self.env.company.id}


class Question(Model):
    """One question of a test: a value between two limits, or one of several answers."""

    _name = "qc.test.question"
    _title = "Quality control question"
    _order = "sequence, id"
    _belongs_to = ("test",)
    _declare = (
        "sequence:integer! test:many2one(qc.test) name:char! type:selection(qualitative,quantitative)! "
        "ql_values:one2many(qc.test.question.value,test_line) notes:text min_value:float max_value:float "
        "uom_id:many2one(uom.uom)"
    )
    _digits = {"min_value": 5, "max_value": 5}
    _defaults = {"sequence": 10}

    def _check(self, names: set[str]) -> None:
        super()._check(names)
        if self.type == "quantitative" and (self.min_value or 0.0) > (self.max_value or 0.0):
            raise ValidationError(
                f"Question '{self.name}' is not valid: minimum value can't be higher than maximum value."
            )
        if self.type == "qualitative" and self.ql_values and not any(one.ok for one in self.ql_values):
            raise ValidationError(f"Question '{self.name}' is not valid: you have to mark at least one value as OK.")


class Answer(Model):
    """A possible answer to a question, right or wrong."""

    _name = "qc.test.question.value"
    _title = "Possible values for qualitative questions."
    _belongs_to = ("test_line",)
    _declare = "test_line:many2one(qc.test.question) name:char! ok:boolean"


class Inspection(Thread, Model):
    """The questions of a test, asked of a product, a lot, a move, a transfer or a production order."""

    _name = "qc.inspection"
    _title = "Quality control inspection"
    _order = "id"
    _not_copied = ("name", "date", "auto_generated", "date_done")
    _defaults = {
        "name": "/",
        "date": lambda self: self.env.now,
        "qty": 1.0,
        "state": "draft",
        "auto_generated": False,
        "company_id": lambda self: self.env.company.id,
        "user": lambda self: self.env.uid,
    }

    def _complete(self, values: Values) -> Values:
        return {"name": next_number(self.env, self._name) or "/"} if values.get("name") in (None, False, "/") else {}

    def _about(self) -> Any:
        """The record that is inspected; None where there is none."""
        model, _, key = (self.object_id or "").partition(",")
        return self.env[model].browse([int(key)]) if key and model in self._registry else None

    def _link(self, by_model: dict[str, str]) -> Any:
        """Where a path leads from the inspected record, by its model; an empty path is the record itself."""
        about = self._about()
        if about is None or about._name not in by_model:
            return None
        path = by_model[about._name]
        return about.follow(path.split(".")) if path else about

    @computed("product_id", on="object_id")
    def _product(self) -> Any:
        return self._link(
            {
                "product.product": "",
                "stock.move": "product_id",
                "stock.lot": "product_id",
                "mrp.production": "product_id",
            }
        )

    @computed("lot_id", on="object_id")
    def _lot(self) -> Any:
        """The lot itself, or the first of the move: as it was when the inspection was made."""
        about = self._about()
        if about is None or about._name not in ("stock.lot", "stock.move"):
            return None
        return about if about._name == "stock.lot" else about.move_line_ids.lot_id[:1]

    @computed("picking_id", on="object_id")
    def _picking(self) -> Any:
        return self._link({"stock.picking": "", "stock.move": "picking_id"})

    @computed("production_id", on="object_id")
    def _production(self) -> Any:
        return self._link({"mrp.production": "", "stock.move": "production_id"})

    @computed("success", on="inspection_lines.success")
    def _success(self) -> bool:
        return all(one.success for one in self.inspection_lines)

    @computed("picking_origin")
    def _origin(self) -> Any:
        return self.picking_id.origin

    def write(self, values: Values) -> bool:
        if values.get("state") in ("success", "failed"):
            values = {**values, "date_done": self.env.now}
        elif values.get("state") == "draft":
            values = {**values, "date_done": False}
        return super().write(values)

    def _before_unlink(self) -> None:
        if any(one.auto_generated for one in self) and not self.env.su:
            raise UserError("You cannot remove an auto-generated inspection.")
        if any(one.state != "draft" for one in self):
            raise UserError("You cannot remove an inspection that is not in draft state.")

    def action_draft(self) -> None:
        self.write({"state": "draft"})

    def action_todo(self) -> None:
        if any(not one.test for one in self):
            raise UserError("You must first set the test to perform.")
        self.write({"state": "ready"})

    def action_confirm(self) -> None:
        """Answered: good, or waiting for somebody to agree that it is not."""
        for one in self:
            for line in one.inspection_lines:
                if line.question_type == "qualitative" and not line.qualitative_value:
                    raise UserError("You should provide an answer for all qualitative questions.")
                if line.question_type != "qualitative" and not line.uom_id:
                    raise UserError("You should provide a unit of measure for quantitative questions.")
            one.write({"state": "success" if one.success else "waiting"})

    def action_approve(self) -> None:
        for one in self:
            one.write({"state": "success" if one.success else "failed"})

    def action_cancel(self) -> None:
        self.write({"state": "canceled"})


class InspectionLine(Model):
    """One question of an inspection with the limits it had then, and its answer."""

    _name = "qc.inspection.line"
    _title = "Quality control inspection line"
    _order = "id"
    _belongs_to = ("inspection_id",)
    _digits = {"quantitative_value": 5, "min_value": 5, "max_value": 5}
    _related = {
        "product_id": "inspection_id.product_id",
        "lot_id": "inspection_id.lot_id",
        "picking_id": "inspection_id.picking_id",
        "production_id": "inspection_id.production_id",
        "test_uom_category": "test_uom_id.category_id",
    }

    @computed("success", on="question_type uom_id test_uom_id max_value min_value quantitative_value qualitative_value")
    def _passed(self) -> bool:
        """Whether the answer is good; numbers are compared as they stand, whatever the two units are."""
        if self.question_type == "qualitative":
            return bool(self.qualitative_value.ok)
        amount = self.quantitative_value or 0.0
        return bool((self.min_value or 0.0) <= amount <= (self.max_value or 0.0))

    @computed("valid_values", on="question_type min_value max_value possible_ql_values")
    def _valid(self) -> str:
        if self.question_type == "qualitative":
            return ", ".join(one.name for one in self.possible_ql_values if one.ok)
        return f"{self.min_value or 0.0:.2f} ~ {self.max_value or 0.0:.2f}"
