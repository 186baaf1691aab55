"""What is filled in on the pages of the console."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from controltower.lib.keys import MOST_ODOO_ID, split_key
from controltower.lib.numbers import whole
from odoo_sync.mirror.base import mirrors
from odoo_sync.models import Connection

MOST_NAMED = 5


class RecordForm(forms.Form):
    """One record of one Odoo: a mirrored model, and the record's id or the number that people know it by."""

    model = forms.ChoiceField(label=_("Model"))
    record = forms.CharField(
        label=_("Id or number"),
        max_length=64,
        help_text=_("The id in Odoo, such as 42, or the number or name on the document, such as P00042."),
    )

    def __init__(self, *args: Any, connection: Connection, **options: Any) -> None:
        super().__init__(*args, **options)
        self.connection = connection
        loaded = connection.cursors.exclude(loaded_at=None).order_by("mirror").values_list("mirror", flat=True)
        field = self.fields["model"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(key, key) for key in loaded if key in mirrors]
        field.error_messages["invalid_choice"] = _("%(value)s is not mirrored from this Odoo. Choose one of the list.")

    def clean(self) -> dict[str, Any]:
        """Adds ``odoo_id``: the id typed, or that of the only record of this name."""
        answer = super().clean() or {}
        text, model = answer.get("record", ""), answer.get("model")
        if not text or model is None:
            return answer
        if text.isascii() and text.isdigit():
            answer["odoo_id"] = whole(text, below=MOST_ODOO_ID + 1)
            if not answer["odoo_id"]:
                self.add_error("record", _("No record of Odoo has this id. Ids are whole numbers from 1."))
            return answer
        found = self._named(model, text)
        if len(found) == 1:
            answer["odoo_id"] = found[0]
        elif found:
            listed = ", ".join(map(str, found))
            self.add_error("record", _("Several records are called so. Enter one of their ids: %s.") % listed)
        else:
            self.add_error("record", _("The mirror has no such record of this name. Enter its id in Odoo."))
        return answer

    def _named(self, model: str, name: str) -> list[int]:
        mirror = mirrors[model]
        if not any(field.name == "name" for field in mirror._meta.get_fields()):
            return []
        rows = mirror.everything.of(self.connection.pk).filter(Q(name__iexact=name))
        return [split_key(key)[1] for key in rows.order_by("id").values_list("id", flat=True)[:MOST_NAMED]]
