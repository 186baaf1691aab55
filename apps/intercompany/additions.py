"""What else belongs to documents that answer each other: what one of them names besides, and credit notes that are
counted against it. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from apps.intercompany.answers import Answers, Naming, are_alike
from apps.intercompany.documents import Document, Match, total_of
from apps.intercompany.references import Normal, normal, shape, within

Places = Mapping[int, int]
"""For each document that is matched, the place of its match among what was found."""


def complete(answers: Answers, against: Iterable[Naming], undone: Collection[int]) -> None:
    """Add to matches that do not come to as much on both sides what makes them do so: all that one of them names
    besides, or that was credited to it, or else the oldest of these, or one.
    """
    left = [one for one in answers.free.values() if one.posted and one.key not in undone]
    if not left:
        return
    places = _places(answers)
    for place, some in sorted(_candidates(answers, against, left, places).items()):
        match = answers.found[place]
        if not _comes_out(match):
            more = sorted((one for one in some.values() if one.key in answers.free), key=lambda one: one.key)
            fitting = (_with(match, chosen) for chosen in _choices(more))
            _replace(answers, place, next((one for one in fitting if one is not None and _comes_out(one)), None))


def balance(answers: Answers, undone: Collection[int]) -> None:
    """Add credit notes of both sides that undo as much of the one as of the other, though neither names the other."""
    around: dict[int, list[Document]] = defaultdict(list)
    credits = [one for one in answers.free.values() if one.posted and one.is_credit and one.key not in undone]
    places = _places(answers) if len(credits) > 1 else {}
    for one in credits:
        if one.reverses in places:
            around[places[one.reverses]].append(one)
    for place, credits in sorted(around.items()):
        sides = [[one for one in credits if one.is_sale is side] for side in (True, False)]
        for chosen in (sorted(credits, key=lambda one: one.key), *_equal(*sides)):
            match = answers.found[place]
            more = _with(match, chosen) if all(one.key in answers.free for one in chosen) else None
            if more is not None and all(sides) and _comes_out(match) and _comes_out(more):
                _replace(answers, place, more)


def _places(answers: Answers) -> dict[int, int]:
    return {one.key: place for place, match in enumerate(answers.found) for one in match.members}


def _candidates(
    answers: Answers, against: Iterable[Naming], left: Sequence[Document], places: Places
) -> dict[int, dict[int, Document]]:
    """For each match, by its place, what may belong to it besides."""
    found: dict[int, dict[int, Document]] = defaultdict(dict)
    free = {one.key for one in left}
    across = [one for one in (*answers.namings, *against) if one.by.key in free or one.named.key in free]
    hubs = {one.by.key for one in across if one.by.key in places}
    taken = {(one.by.key, one.number) for one in answers.namings if one.by.key in hubs and one.named.key in places}
    for one in across:
        for here, there in ((one.by, one.named), (one.named, one.by)):
            second = there is one.named and (here.key, one.number) in taken
            if there.key in free and here.key in places and not second and (there.is_credit or not here.is_credit):
                found[places[here.key]][there.key] = there
    credits = [one for one in left if one.is_credit]
    for credit, origin in _origins(credits, answers, places):
        found[places[origin]][credit.key] = credit
    return found


def _origins(credits: Collection[Document], answers: Answers, places: Places) -> Iterator[tuple[Document, int]]:
    """What matched documents of their own side credit notes were made for, or quote."""
    numbers: dict[tuple[bool, Normal], int] = {}
    if any(one.reverses is None for one in credits):
        billed = [one for match in answers.found for one in match.members if one.number and not one.is_credit]
        numbers = {(one.is_sale, normal(one.number)): one.key for one in billed}
    shapes = {shape(number) for _side, number in numbers}
    for credit in credits:
        if credit.reverses is not None:
            if credit.reverses in places and not answers.found[places[credit.reverses]].is_credited:
                yield credit, credit.reverses
        else:
            for number in {run for text in credit.quoted for run in within(normal(text), shapes)}:
                if (credit.is_sale, number) in numbers:
                    yield credit, numbers[credit.is_sale, number]


def _choices(more: Sequence[Document]) -> Iterator[Sequence[Document]]:
    """All of them, the oldest, each one."""
    for count in range(len(more), 0, -1):
        yield more[:count]
    for one in more[1:]:
        yield [one]


def _equal(sales: Sequence[Document], purchases: Iterable[Document]) -> Iterator[Sequence[Document]]:
    for purchase in purchases:
        for sale in sales:
            if sale.total == purchase.total:
                yield [sale, purchase]


def _with(match: Match, more: Iterable[Document]) -> Match | None:
    """The match with these; null where they are in other currencies, or several would stand against several."""
    added = list(more)
    members = (*match.members, *added)
    if len({one.currency for one in members}) > 1 or not all(one.posted for one in members):
        return None
    sides = []
    for side, some in ((True, match.sales), (False, match.purchases)):
        both = [*some, *(one for one in added if one.is_sale is side)]
        sides.append(tuple(sorted(both, key=lambda one: (one.is_credit, one.key))))
    net = not all(one.is_credit for one in members)
    main = [sum(one.is_credit is not net for one in side) for side in sides]
    return replace(match, sales=sides[0], purchases=sides[1]) if min(main) == 1 else None


def _comes_out(match: Match) -> bool:
    if len({one.currency for one in match.members}) > 1:
        return False
    several = max(len(match.sales), len(match.purchases))
    return are_alike(total_of(match.sales), total_of(match.purchases), several)


def _replace(answers: Answers, place: int, match: Match | None) -> None:
    if match is not None:
        answers.found[place] = match
        for one in match.members:
            answers.free.pop(one.key, None)
