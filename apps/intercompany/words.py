"""How documents between companies read: headline, what is behind it, and what each side may know of the other's.

A case goes to everyone in the channel of the company that must act. Of the other company's document, which is addressed
to them, they may know its number and its amount; the number stands on the case's page only, never on a card.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from apps.exceptions.definition import Evidence, Link
from apps.intercompany.facts import PairFacts
from apps.intercompany.lanes import ENTRY
from apps.intercompany.matching import Document

KINDS = {"out_invoice": "invoice", "out_refund": "credit_note", "in_invoice": "bill", "in_refund": "vendor_credit_note"}


def amount(value: Decimal, code: str) -> str:
    """An amount as people write it, with its currency."""
    return f"{number_format(value, 2, force_grouping=True)} {code}".rstrip()


def total(facts: PairFacts, one: Document) -> str:
    return amount(one.total, facts.code(one))


def day(on: date | None) -> str:
    return date_format(on, "j F Y") if on else "–"


def detail(*parts: str) -> str:
    return " · ".join(filter(None, parts))


def links(facts: PairFacts) -> Iterator[Link]:
    """Both documents, the seller's first; each is reduced for whoever may not see its company."""
    for one in sides(facts):
        worth = facts.worth_of(one)
        yield Link(
            kind=KINDS.get(one.kind, one.kind),
            name=one.number or _("Draft"),
            detail=detail(total(facts, one), day(one.day)),
            mirror=ENTRY,
            row=one.key,
            company=one.company,
            depth=0 if one.is_sale else 1,
            money=(one.total * worth).quantize(Decimal("0.01")) if worth is not None else None,
        )


def sides(facts: PairFacts) -> list[Document]:
    """The documents at hand, the seller's first."""
    parts = [one for one in (facts.own, facts.other, facts.twin) if one is not None]
    return sorted(parts, key=lambda one: (not one.is_sale, one.key))


def evidence(facts: PairFacts) -> Iterator[Evidence]:
    """What both parties may know of each document: of the other company's, its number and its total."""
    for one in sides(facts):
        yield from printed(facts, one)


def printed(facts: PairFacts, one: Document) -> Iterator[Evidence]:
    """Number and total of one document; its day and its record where it is the own one."""
    mine = one.company == facts.owner
    mirror, row = (ENTRY, one.key) if mine else ("", None)
    owner = {"company": facts.name(one.company)}
    number = _("Invoice of %(company)s") if one.is_sale else _("Bill of %(company)s")
    yield Evidence(number % owner, one.number or _("Draft"), mirror=mirror, row=row, as_of=facts.as_of)
    if mine:
        yield Evidence(_("Day on it (%(company)s)") % owner, one.day.isoformat(), as_of=facts.as_of)
    yield Evidence(_("Total (%(company)s)") % owner, total(facts, one), as_of=facts.as_of)


def gaps(facts: PairFacts) -> tuple[str, ...]:
    return tuple(_("Money is incomplete: %s.") % gap for gap in facts.gaps)


def one_of(parts: Iterable[str]) -> str:
    """Several words as a list."""
    return ", ".join(parts)
