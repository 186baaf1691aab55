"""What is filled in about escalation: where, about what, and who is told after how long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.directory import places
from apps.accounts.models import User
from apps.console.settings.limit_forms import place_text
from apps.exceptions.definition import Domain
from apps.exceptions.limits import Place
from apps.exceptions.words import DOMAINS
from apps.notifications.escalation import Contact
from apps.notifications.models import EscalationPath, Occasion
from apps.notifications.paths import MOST
from controltower.lib.scope import Scope, Slice

LEAST_ROWS, SPARE_ROWS, MOST_MINUTES = 4, 2, 30 * 24 * 60


class AboutForm(forms.Form):
    """What a path is about. Of a path that exists, this stays."""

    occasion = forms.ChoiceField(label=gettext_lazy("When"), choices=Occasion.choices)
    domain = forms.ChoiceField(label=gettext_lazy("Domain"), required=False)
    place = forms.ChoiceField(label=gettext_lazy("Where"))

    def __init__(self, *args: Any, scope: Scope, **options: Any) -> None:
        super().__init__(*args, **options)
        chosen = {"domain": [("", _("Every domain")), *((one.value, DOMAINS[one]) for one in Domain)]}
        chosen["place"] = places(scope)
        for name, choices in chosen.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    @property
    def where(self) -> Slice:
        """The place of a valid form."""
        company, _dot, plant = self.cleaned_data["place"].partition(".")
        return Slice(int(company) if company != "group" else None, int(plant) if plant else None)


class PersonField(forms.ModelChoiceField):
    """One of the people, by the name that others see."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.shown_name)


class ContactForm(forms.Form):
    """One person, and after how many minutes."""

    person = PersonField(
        label=gettext_lazy("Person"), queryset=User.objects.none(), required=False, empty_label=gettext_lazy("Nobody")
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("After minutes"),
        required=False,
        min_value=1,
        max_value=MOST_MINUTES,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "placeholder": "30"}),
    )

    def __init__(self, *args: Any, people: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["person"]
        assert isinstance(field, PersonField)
        field.queryset = people

    def clean(self) -> dict[str, Any]:
        answer = super().clean() or {}
        if answer.get("person") and answer.get("minutes") is None and "minutes" not in self.errors:
            self.add_error("minutes", _("Say after how many minutes, such as 30."))
        if answer.get("minutes") is not None and not answer.get("person") and "person" not in self.errors:
            self.add_error("person", _("Choose who is told, or empty the minutes."))
        return answer


def contact_forms(data: Any, people: Any, path: EscalationPath | None) -> list[ContactForm]:
    """A row for each person of the path, and some to spare."""
    known = list(path.contacts.select_related("user").order_by("after", "pk")) if path else []
    count = min(MOST, max(LEAST_ROWS, len(known) + SPARE_ROWS))
    shown = [{"person": one.user_id, "minutes": one.after // timedelta(minutes=1)} for one in known]
    initial: list[dict[str, Any]] = [*shown, *({} for _number in range(count))][:count]
    return [ContactForm(data, people=people, prefix=f"c{row}", initial=one) for row, one in enumerate(initial, 1)]


def contacts_of(rows: list[ContactForm]) -> Iterator[Contact]:
    """The people of valid rows, the soonest first."""
    filled = [one.cleaned_data for one in rows if one.cleaned_data.get("person")]
    for one in sorted(filled, key=lambda one: int(one["minutes"])):
        yield Contact(one["person"], timedelta(minutes=one["minutes"]))


def about(path: EscalationPath) -> dict[str, str]:
    """What an existing path is about, as the form has it."""
    place = place_text(Place(path.company_id, path.plant_id))
    return {"occasion": path.occasion, "domain": path.domain, "place": place}
