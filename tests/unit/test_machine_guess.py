"""Which work centre a machine probably is; pure."""

from hypothesis import given
from hypothesis import strategies as st

from apps.exceptions.machine_guess import Guess, Sure, Thing, guess

PAINT = Thing(1, "Paint line Lyon", "PAINT-LY", 4)
WELD = Thing(2, "Welding cell Lyon", "WELD", 4)
ABROAD = Thing(3, "Paint line Detroit", "PAINT-DE", 5)
CENTRES = (PAINT, WELD, ABROAD)


def told(name: str, code: str = "", company: int | None = 4, *more: str) -> tuple[int, str, Sure] | None:
    found = guess(Thing(9, name, code, company, more), CENTRES)
    return (found.centre, found.basis, found.sure) if found else None


def test_a_serial_number_that_is_a_code_is_certain():
    assert told("Oven", "paint ly") == (1, "serial", Sure.CERTAIN)


def test_the_same_name_is_certain_whatever_its_case():
    assert told("WELDING CELL, LYON") == (2, "name", Sure.CERTAIN)


def test_a_code_in_the_name_or_on_the_machine_is_likely():
    assert told("Burner WELD 3") == (2, "code", Sure.LIKELY)
    assert told("Burner", "X1", 4, "Hall 2, PAINT-LY") == (1, "code", Sure.LIKELY)
    assert told("Weldings") is None


def test_words_in_common_are_possible():
    assert told("Lyon paint booth") == (1, "name", Sure.POSSIBLE)
    assert told("Paint shaker") is None


def test_what_is_alike_more_than_once_is_no_more_than_possible():
    twins = (Thing(1, "Press", company=4), Thing(2, "Press", company=4))
    found = guess(Thing(9, "Press", company=4), twins)
    assert found == Guess(1, "name", Sure.POSSIBLE, "same name; others are as alike")


def test_a_work_centre_of_another_company_is_none():
    assert told("Paint line Detroit", company=4) == (1, "name", Sure.POSSIBLE)
    assert told("Paint line Detroit", company=5) == (3, "name", Sure.CERTAIN)
    assert told("Paint line Detroit", company=None) == (3, "name", Sure.CERTAIN)


def test_nothing_is_like_nothing():
    assert guess(Thing(9, ""), (Thing(1, ""), Thing(2, "", ""))) is None


NAMES = st.text("abc 12-", max_size=8)


@given(NAMES, NAMES, st.lists(st.tuples(NAMES, NAMES), max_size=5))
def test_a_guess_is_one_of_the_work_centres_and_says_why(name, code, rows):
    centres = [Thing(number, *row, 4) for number, row in enumerate(rows)]
    found = guess(Thing(9, name, code, 4), centres)
    assert found is None or (
        found.centre in range(len(rows)) and found.why and found.basis in {"serial", "code", "name"}
    )
