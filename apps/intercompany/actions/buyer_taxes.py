"""Which purchase tax of the buyer says the same as a tax on the seller's invoice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from apps.actions.definition import CannotPlanError, fact
from apps.intercompany.situation import company_name
from odoo_sync.mirror.accounting import JournalItem, Tax
from odoo_sync.mirror.company import Company

REVERSE = "has_negative_factor"
"""Odoo's word for a tax that is booked both ways and adds nothing to the total, such as a reverse charge."""
SCOPE = "tax_scope"
TAX = "account.tax"


@dataclass(frozen=True)
class TaxChoice:
    """A tax on the invoice, with the buyer's purchase taxes that answer it.

    ``tax`` is null where the mirror does not have it. With several options a person says which; without any, a tax that
    adds something cannot be answered, and one that adds nothing is left out.
    """

    key: int
    tax: Tax | None
    options: tuple[Tax, ...]

    @property
    def field(self) -> str:
        return f"tax_{self.key}"

    @property
    def is_open(self) -> bool:
        return len(self.options) > 1

    @property
    def may_be_left_out(self) -> bool:
        return self.tax is not None and adds_nothing(self.tax)

    def chosen(self, answer: Mapping[str, Any], buyer: int) -> Tax | None:
        """The buyer's tax; null where it is left out. Raises CannotPlanError."""
        names = {"buyer": company_name(buyer), "tax": self.tax.name if self.tax else "?"}
        if not self.options:
            if self.may_be_left_out:
                return None
            text = _(
                "%(buyer)s has no purchase tax like “%(tax)s” of the invoice. Book the bill in Odoo, or add the tax."
            )
            raise CannotPlanError(text % names)
        if not self.is_open:
            return self.options[0]
        found = [one for one in self.options if str(one.odoo_id) == str(answer.get(self.field, ""))]
        if not found:
            text = _("%(buyer)s has several purchase taxes like “%(tax)s” of the invoice. Choose one.")
            raise CannotPlanError(text % names)
        return found[0]


def choices_for(items: Iterable[JournalItem], buyer: int) -> tuple[TaxChoice, ...]:
    """Every tax on these lines, in order, with what the buyer has for it. Two queries."""
    keys = sorted({tax for item in items for tax in item.taxes})
    if not keys:
        return ()
    theirs = Tax.everything.in_bulk(keys)
    own = list(Tax.objects.filter(company__in=_lineage(buyer), use="purchase", active=True).order_by("id"))
    return tuple(TaxChoice(key, theirs.get(key), _answers(theirs.get(key), own)) for key in keys)


def _answers(tax: Tax | None, own: Iterable[Tax]) -> tuple[Tax, ...]:
    """All that say the same; only those for the same sort of trade, goods or services, where both name one."""
    found = tuple(one for one in own if tax is not None and _says_the_same(tax, one))
    if tax is None or adds_nothing(tax) or not tax.extra.get(SCOPE):
        return found
    return tuple(one for one in found if one.extra.get(SCOPE) == tax.extra[SCOPE]) or found


def _says_the_same(tax: Tax, own: Tax) -> bool:
    """The same way of counting, the same rate, in or on top of the price alike; none that is booked both ways, except
    where the invoice's adds nothing either: a sale without tax may be the buyer's to declare.

    Groups of taxes are taken apart by Odoo and answer nothing here.
    """
    if own.kind != tax.kind or tax.kind == "group" or bool(own.price_include) != bool(tax.price_include):
        return False
    if adds_nothing(tax):
        return adds_nothing(own)
    return own.amount == tax.amount and not is_reverse(own)


def is_reverse(tax: Tax) -> bool:
    return bool(tax.extra.get(REVERSE))


def adds_nothing(tax: Tax) -> bool:
    return not tax.amount or is_reverse(tax)


def minded(tax: Tax) -> dict[str, Any]:
    """What must still hold of a tax when the bill is made, as facts."""
    values: dict[str, Any] = {
        "amount": float(tax.amount or 0), "amount_type": tax.kind, "type_tax_use": tax.use, "active": tax.active,
    }  # fmt: skip
    if REVERSE in tax.extra:
        values[REVERSE] = tax.extra[REVERSE] or None
    return {fact(TAX, tax.odoo_id, name): value for name, value in values.items()}


def label(tax: Tax) -> str:
    """A tax as a person chooses it."""
    return _("%s (reverse charge)") % tax.name if is_reverse(tax) else str(tax.name)


def _lineage(company: int) -> list[int]:
    """A company and those it is a branch of: Odoo lets a branch use their taxes."""
    parents = dict(Company.everything.values_list("pk", "parent_id"))
    found = [company]
    while (parent := parents.get(found[-1])) is not None and parent not in found:
        found.append(parent)
    return found
