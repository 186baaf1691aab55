"""What can go wrong between the tower and Odoo, as one tree.

OdooError
├── NotSentError             A  the request never left: name, refusal, TLS, connect timeout
├── AddressError             B  something else than Odoo answers: a web page, a redirect, foreign JSON
├── UnknownOutcomeError      B  sent, and no trustworthy answer: timeout, reset, 502/504, broken JSON
├── ThrottledError           C  Odoo or its proxy asks for patience: 429, 503
├── ConcurrencyError         D  another transaction won the race
├── SignInError              E  login, password or key is refused
│   └── ProxyRefusalError       a proxy says so, not Odoo: 401, 403, 407
├── NotAllowedError          F  the bot user lacks a right
│   └── HiddenFieldError        a field is kept from it by a group
├── MissingRecordError       G  the record is gone
├── BusinessError            H  Odoo's own rules say no; its words are in ``detail``
├── SchemaError              I  a model, field or method that this Odoo does not have
│   └── UnknownModelError
├── DatabaseError            J  the database does not exist or does not load
├── ServerFaultError         K  Odoo failed inside
├── ResultError              L  an answer that is no result: messages, a wizard, false
└── (ours)
    ├── WritesStoppedError      the kill switch of this connection is on
    ├── SecretError             the stored secret cannot be read with this FIELD_KEY
    ├── IdentityError           another database answers under this address
    │   └── UndecidedError      it looks like a known one; a person must say which it is
    ├── FrozenError             too much vanished at once; a person must look
    └── AnswerTooLargeError     an answer beyond the size limit

The letters are the classes of the error taxonomy. A message is one or two plain sentences that say what to do;
it never holds a secret, a traceback, or the address of Odoo's own PostgreSQL.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar


class Retry(StrEnum):
    """When the same call may be made again."""

    NEVER = "never"
    LATER = "later"
    AFTER_READ_BACK = "after_read_back"
    READS_ONCE = "reads_once"


class Verdict(StrEnum):
    """What the failure says about a write that was under way."""

    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"
    NO_EFFECT = "no_effect"
    BLOCKED = "blocked"
    REJECTED = "rejected"
    OUR_FAULT = "our_fault"
    NEEDS_INPUT = "needs_input"


class OdooError(Exception):
    """Anything that keeps the tower from an answer of Odoo.

    ``detail`` is Odoo's own text where people may see it (business refusals), else empty. ``retry_after`` is in
    seconds and only set where the other side named it.
    """

    letter: ClassVar[str] = "K"
    retry: ClassVar[Retry] = Retry.NEVER
    verdict: ClassVar[Verdict] = Verdict.UNKNOWN

    def __init__(self, message: str, *, detail: str = "", retry_after: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail
        self.retry_after = retry_after

    def __str__(self) -> str:
        return self.message


class NotSentError(OdooError):
    """The request never reached Odoo."""

    letter, retry, verdict = "A", Retry.LATER, Verdict.NOT_SENT


class AddressError(OdooError):
    """Something else than Odoo answers at this address.

    A proxy may have let the call through before it answered with a page of its own: the effect of a write is unknown.
    """

    letter, retry, verdict = "B", Retry.AFTER_READ_BACK, Verdict.UNKNOWN


class UnknownOutcomeError(OdooError):
    """The request was sent and the answer never came, or cannot be trusted."""

    letter, retry, verdict = "B", Retry.AFTER_READ_BACK, Verdict.UNKNOWN


class ThrottledError(OdooError):
    """Odoo or the proxy before it is overloaded."""

    letter, retry, verdict = "C", Retry.LATER, Verdict.UNKNOWN


class ConcurrencyError(OdooError):
    """Another transaction changed the same records at the same time, and won."""

    letter, retry, verdict = "D", Retry.AFTER_READ_BACK, Verdict.NO_EFFECT


class SignInError(OdooError):
    """Odoo refuses the bot user's login, password or key."""

    letter, retry, verdict = "E", Retry.NEVER, Verdict.BLOCKED


class ProxyRefusalError(SignInError):
    """What stands before Odoo refuses access; filters of answers do so after Odoo has done the call."""

    verdict = Verdict.UNKNOWN


class NotAllowedError(OdooError):
    """The bot user lacks a right, or the record belongs to a company it may not see."""

    letter, retry, verdict = "F", Retry.NEVER, Verdict.REJECTED


class HiddenFieldError(NotAllowedError):
    """A field of the call is kept from the bot user by a group; without that field the call would do."""


class MissingRecordError(OdooError):
    """The record is no longer there."""

    letter, retry, verdict = "G", Retry.NEVER, Verdict.REJECTED


class BusinessError(OdooError):
    """A rule of Odoo forbids it; ``detail`` holds Odoo's own words."""

    letter, retry, verdict = "H", Retry.NEVER, Verdict.REJECTED


class SchemaError(OdooError):
    """This Odoo has no such field or method, or does not take such a value."""

    letter, retry, verdict = "I", Retry.NEVER, Verdict.OUR_FAULT


class UnknownModelError(SchemaError):
    """This Odoo has no such model: the module is not installed."""


class DatabaseError(OdooError):
    """The database does not exist, or Odoo cannot open it."""

    letter, retry, verdict = "J", Retry.LATER, Verdict.BLOCKED


class ServerFaultError(OdooError):
    """Odoo failed inside; what a write did is unknown."""

    letter, retry, verdict = "K", Retry.READS_ONCE, Verdict.UNKNOWN


class ResultError(OdooError):
    """Odoo answered, but not with a result."""

    letter, retry, verdict = "L", Retry.NEVER, Verdict.NEEDS_INPUT


class WritesStoppedError(OdooError):
    """The kill switch of the connection is on: nothing is sent."""

    letter, retry, verdict = "A", Retry.NEVER, Verdict.NOT_SENT


class SecretError(OdooError):
    """The stored secret cannot be read."""

    letter, retry, verdict = "E", Retry.NEVER, Verdict.NOT_SENT


class IdentityError(OdooError):
    """Another database answers under the address of a known one."""

    letter, retry, verdict = "J", Retry.NEVER, Verdict.BLOCKED


class UndecidedError(IdentityError):
    """A database looks like one that is known: only a person can tell whether it is that one or a copy."""


class FrozenError(OdooError):
    """More rows vanished at once than a day's work explains."""

    letter, retry, verdict = "F", Retry.NEVER, Verdict.BLOCKED


class AnswerTooLargeError(OdooError):
    """An answer exceeded the size limit; ask for fewer rows."""

    letter, retry, verdict = "B", Retry.AFTER_READ_BACK, Verdict.UNKNOWN
