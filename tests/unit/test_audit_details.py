"""Details of an entry in a form that reads back as it was written; pure."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.audit.details import plain
from apps.audit.errors import SecretRefusedError

leaves = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(), st.floats(), st.decimals(), st.dates(), st.uuids(), st.times()
)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.integers(), inner, max_size=2), max_leaves=6
)


@given(st.dictionaries(st.sampled_from(["text", "old", "new", "due_at"]), values))
def test_details_survive_a_round_trip_through_json(details: dict) -> None:
    stored = plain(details)
    text = json.dumps(stored, ensure_ascii=False)
    assert json.loads(text.encode()) == stored
    assert "\x00" not in text


@pytest.mark.parametrize(
    "name",
    ["password", "Password", "new_password", "secret", "client_secret", "apiKey", "api-key", "access_token", "token"],
)
def test_names_of_secrets_are_refused_at_any_depth(name: str) -> None:
    with pytest.raises(SecretRefusedError):
        plain({name: 1})
    with pytest.raises(SecretRefusedError):
        plain({"deep": [{"deeper": ({name: 1},)}]})


@pytest.mark.parametrize("name", ["key", "keys", "passed", "secretary", "tokens_left", "monkey", "object_key"])
def test_innocent_names_are_not_refused(name: str) -> None:
    assert plain({name: 1}) == {name: 1}


def test_values_keep_their_last_digit() -> None:
    stored = plain({"money": Decimal("0.10"), "ratio": 0.1, "span": timedelta(minutes=2)})
    assert stored == {"money": "0.10", "ratio": "0.1", "span": "120 s"}


def test_moments_are_in_utc() -> None:
    assert plain({"at": datetime(2026, 1, 1, tzinfo=UTC)}) == {"at": "2026-01-01T00:00:00+00:00"}
