"""How documents between companies read: headline, what is behind it, and what each side may know of the other's.

A case goes to everyone in the channel of the company that must act. Of the other company's document, which is addressed
to them, they may know its number and its amount; the number stands on the case's page only, never on a card.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.exceptions.definition import Evidence, Link
from apps.intercompany.documents import Document, Match, total_of
from apps.intercompany.facts import PairFacts
from apps.intercompany.lanes import ENTRY

KINDS = {"out_invoice": "invoice", "out_refund": "credit_note", "in_invoice": "bill", "in_refund": "vendor_credit_note"}
MOST, FEW = 24, 5
"""So many documents of a case are told one by one, and so many numbers stand in a line."""


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
    """The documents, the seller's first; each is reduced for whoever may not see its company."""
    for one in facts.parties[:MOST]:
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


def evidence(facts: PairFacts) -> Iterator[Evidence]:
    """What both parties may know of each document: of the other company's, its number and its total."""
    for one in facts.parties[:MOST]:
        yield from printed(facts, one)
    if len(facts.parties) > MOST:
        yield Evidence(_("Further documents"), len(facts.parties) - MOST, as_of=facts.as_of)
    if facts.twin is not None:
        yield Evidence(_("Answered already by"), facts.twin.number or _("Draft"), as_of=facts.as_of)
    if facts.match is not None and not facts.match.is_pair:
        yield from _sums(facts, facts.match)


def _sums(facts: PairFacts, match: Match) -> Iterator[Evidence]:
    """What the side with several documents comes to, and that its drafts are not counted."""
    several = max(match.sales, match.purchases, key=len)
    booked = [one for one in several if one.posted] or several
    names = {"count": len(booked), "company": facts.name(several[0].company)}
    amounts = amount(total_of(booked), facts.code(several[0]))
    yield Evidence(_("Total of %(count)d documents (%(company)s)") % names, amounts, as_of=facts.as_of)
    drafts = sum(not one.posted for one in several)
    if drafts:
        yield Evidence(_("Drafts among them, not counted"), drafts, as_of=facts.as_of)


def printed(facts: PairFacts, one: Document) -> Iterator[Evidence]:
    """Number and total of one document; its day and its record where it is the own one."""
    mine = one.company == facts.owner
    mirror, row = (ENTRY, one.key) if mine else ("", None)
    owner = {"company": facts.name(one.company)}
    yield Evidence(_numbered(one.kind) % owner, one.number or _("Draft"), mirror=mirror, row=row, as_of=facts.as_of)
    if mine:
        yield Evidence(_("Day on it (%(company)s)") % owner, one.day.isoformat(), as_of=facts.as_of)
    yield Evidence(_("Total (%(company)s)") % owner, total(facts, one), as_of=facts.as_of)


def _numbered(kind: str) -> str:
    return {
        "out_invoice": _("Invoice of %(company)s"),
        "out_refund": _("Credit note of %(company)s"),
        "in_refund": _("Vendor credit note of %(company)s"),
    }.get(kind, _("Bill of %(company)s"))


def numbers(documents: Sequence[Document]) -> str:
    """The numbers of documents of one side, the first few of many."""
    shown = [one.number or _("Draft") for one in documents[:FEW]]
    more = len(documents) - len(shown)
    return one_of([*shown, ngettext("%d more", "%d more", more) % more] if more else shown)


def gaps(facts: PairFacts) -> tuple[str, ...]:
    return tuple(_("Money is incomplete: %s.") % gap for gap in facts.gaps)


def one_of(parts: Iterable[str]) -> str:
    """Several words as a list."""
    return ", ".join(parts)
