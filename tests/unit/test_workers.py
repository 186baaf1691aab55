"""Workers of the test run must not meet in one Valkey."""

import pytest

from controltower.environment import redis
from tests.workers import DATABASES, PER_TOWER, shifted


@pytest.mark.parametrize(
    "url", ["redis://:secret@127.0.0.1:6379", "redis://127.0.0.1:6379/1", "rediss://a@b.example/2"]
)
def test_no_two_workers_share_a_database(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    used: list[str] = []
    for worker in range(4):
        monkeypatch.setenv("REDIS_URL", shifted(url, worker))
        used += redis("REDIS_URL")
    assert len(set(used)) == 4 * PER_TOWER
    assert all(int(one.rsplit("/", 1)[1]) < DATABASES for one in used)


def test_a_worker_without_room_is_told_so() -> None:
    assert shifted("redis://127.0.0.1:6379/0", 4).endswith("/12")
    with pytest.raises(pytest.UsageError, match="fewer"):
        shifted("redis://127.0.0.1:6379/0", 5)
