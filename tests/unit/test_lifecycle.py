"""The life of a case, every verb from every state."""

import pytest

from apps.exceptions.lifecycle import ENDED, LIVE, CaseState, lifecycle
from controltower.lib.states import IllegalTransitionError

S = CaseState
ALLOWED = {
    ("acknowledge", S.OPEN): S.ACKNOWLEDGED,
    ("acknowledge", S.SNOOZED): S.ACKNOWLEDGED,
    ("start", S.OPEN): S.IN_PROGRESS,
    ("start", S.ACKNOWLEDGED): S.IN_PROGRESS,
    ("snooze", S.OPEN): S.SNOOZED,
    ("snooze", S.ACKNOWLEDGED): S.SNOOZED,
    ("snooze", S.IN_PROGRESS): S.SNOOZED,
    ("wake", S.SNOOZED): S.OPEN,
    **{("resolve", state): S.RESOLVED for state in (S.OPEN, S.ACKNOWLEDGED, S.IN_PROGRESS, S.SNOOZED)},
    **{("close", state): S.CLOSED for state in (S.OPEN, S.ACKNOWLEDGED, S.IN_PROGRESS, S.SNOOZED)},
    ("regress", S.RESOLVED): S.OPEN,
    ("regress", S.CLOSED): S.OPEN,
}


@pytest.mark.parametrize("state", list(CaseState))
@pytest.mark.parametrize("verb", sorted(lifecycle.moves))
def test_every_verb_leads_where_the_table_says_or_is_refused(verb, state):
    if (verb, state) in ALLOWED:
        assert lifecycle.after(state, verb) == ALLOWED[verb, state]
        assert verb in lifecycle.verbs(state)
    else:
        with pytest.raises(IllegalTransitionError):
            lifecycle.after(state, verb)
        assert not lifecycle.allows(state, verb)


def test_a_state_is_either_live_or_ended():
    assert frozenset(CaseState) == LIVE | ENDED
    assert not LIVE & ENDED


def test_work_that_is_under_way_cannot_be_started_again():
    with pytest.raises(IllegalTransitionError):
        lifecycle.after(S.IN_PROGRESS, "start")
