"""What is filled in about limits: where they are to hold, and how high they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, get_type_hints

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.directory import places
from apps.exceptions.errors import LimitError
from apps.exceptions.limit_checks import unknown_currency
from apps.exceptions.limit_values import READERS, read_value
from apps.exceptions.limit_words import ShownLimit, shown_limit
from apps.exceptions.limits import InForce, Place, Rule
from apps.exceptions.models import LimitOverride
from apps.exceptions.overrides import LONGEST_REASON
from controltower.lib.keys import key_range, split_key
from controltower.lib.numbers import whole
from controltower.lib.scope import Scope
from odoo_sync.mirror.product import Product

MOST_NAMED = 8


class PlaceForm(forms.Form):
    """One place: the group, a company or a plant, and a product where limits may be a product's."""

    place = forms.ChoiceField(label=gettext_lazy("Place"), required=False)
    product = forms.CharField(
        label=gettext_lazy("Product, if for one alone"),
        max_length=256,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("code or name"), "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, rule: Rule, scope: Scope, **options: Any) -> None:
        super().__init__(*args, **options)
        allowed = [one for one in places(scope) if _level(one[0]) in {"group", *rule.levels}]
        field = self.fields["place"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = allowed
        field.error_messages["invalid_choice"] = _("There is no such place, or it is not yours to decide about.")
        self.scope, self.places = scope, [one[0] for one in allowed]
        if "product" not in rule.levels:
            del self.fields["product"]

    def clean_product(self) -> Product | None:
        """The only product of that code, name or key that the person's companies have."""
        text = self.cleaned_data["product"].strip()
        if not text:
            return None
        known = _products(self.scope).select_related("template")
        asked = Q(code=text) | Q(template__name=text)
        found = list(known.filter(Q(pk=int(text)) if _is_key(text) else asked).order_by("pk")[: MOST_NAMED + 1])
        if not found:
            raise forms.ValidationError(_("No product has this code or name. Write it as Odoo does."))
        if len(found) > 1:
            listed = ", ".join(f"{one.pk} ({one})" for one in found[:MOST_NAMED])
            raise forms.ValidationError(_("Several are called so. Enter one of their keys: %s.") % listed)
        return found[0]

    @property
    def chosen(self) -> Place:
        """The place of a valid form; the widest that the person decides about where none is named.

        There must be one: whoever decides about no place of a rule has none to choose.
        """
        company, _dot, plant = (self.cleaned_data.get("place") or self.places[0]).partition(".")
        product = self.cleaned_data.get("product")
        return Place(
            int(company) if company != "group" else None, int(plant) if plant else None, product and product.pk
        )


class LimitsForm(forms.Form):
    """One text per limit: empty goes by what holds around the place."""

    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("Every case that these limits make shows it, with your name."),
    )

    def __init__(self, *args: Any, rule: Rule, own: LimitOverride | None, around: InForce, **options: Any) -> None:
        super().__init__(*args, **options)
        self.rule, self.default = rule, rule.default()
        self.kinds = get_type_hints(type(self.default))
        self.names = [one.name for one in fields(self.default)]
        kept = own.values if own else {}
        told = {one["name"]: shown_limit(rule.key, one) for one in around.told(self.names)}
        made = {name: self._field(name, kept.get(name), told[name]) for name in self.names}
        self.fields = {**made, "reason": self.fields["reason"]}

    def _field(self, name: str, kept: Any, inherited: ShownLimit) -> forms.Field:
        example = READERS[self.kinds[name]][1]
        widget = forms.TextInput(attrs={"placeholder": inherited.text, "autocomplete": "off", "spellcheck": "false"})
        field = forms.CharField(
            label=self.default.titles[name], max_length=2000, required=False, widget=widget, initial=_written(kept)
        )
        field.help_text = _("Without an entry: %(value)s, %(origin)s.") % {
            "value": inherited.text,
            "origin": inherited.origin,
        }
        if not inherited.text.isdigit():
            field.help_text += " " + _("Write it like this: %s.") % example
        return field

    def clean(self) -> dict[str, Any]:
        """Says at each limit how it is written; what makes no sense together is said of the whole."""
        answer = super().clean() or {}
        for name in self.names:
            text = (answer.get(name) or "").strip()
            if text:
                self._read(name, text)
        return answer

    def _read(self, name: str, text: str) -> None:
        try:
            value = read_value(name, self.kinds[name], text)
        except LimitError:
            self.add_error(name, _("This cannot be read. Write it like this: %s.") % READERS[self.kinds[name]][1])
        else:
            if problem := unknown_currency(value):
                self.add_error(name, problem)

    @property
    def values(self) -> Mapping[str, str]:
        """What is to be the place's own."""
        return {name: text for name in self.names if (text := (self.cleaned_data.get(name) or "").strip())}


def _products(scope: Scope) -> QuerySet[Product]:
    """The products of the companies in the scope, and those that all companies of one Odoo share."""
    if scope.is_group:
        return Product.objects.all()
    companies = {one.company for one in scope.slices if one.company is not None}
    ranges = (key_range(split_key(one)[0]) for one in companies)
    shared = Q(*(Q(pk__range=one) for one in ranges), _connector=Q.OR) & Q(template__company=None)
    return Product.objects.filter(Q(template__company__in=companies) | shared)


def place_text(place: Place) -> str:
    """A place as the address writes it."""
    if place.company is None:
        return "group"
    return str(place.company) if place.plant is None else f"{place.company}.{place.plant}"


def told_values(rule: Rule, row: LimitOverride) -> Iterable[str]:
    """What a place has of its own, each limit with its title."""
    titles = rule.default().titles
    return [f"{titles.get(name, name)}: {_written(value)}" for name, value in row.values.items()]


def _written(kept: Any) -> str:
    """A stored value as one types it."""
    if kept is None:
        return ""
    if isinstance(kept, list):
        return "; ".join(f"{one['tag']} = {one['weight']}" for one in kept)
    return str(kept)


def _level(choice: str) -> str:
    return "group" if choice == "group" else "plant" if "." in choice else "company"


def _is_key(text: str) -> bool:
    return (key := whole(text)) is not None and split_key(key)[0] > 0
