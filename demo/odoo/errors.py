"""The errors Odoo raises, under the names a client sees in ``error.data.name``."""

from __future__ import annotations


class StandInError(Exception):
    """Any failure a client is told about; the text is what Odoo puts into ``data.message``."""

    name = "builtins.Exception"

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message

    @property
    def arguments(self) -> list[str]:
        return [self.message]


class UserError(StandInError):
    """A business refusal."""

    name = "odoo.exceptions.UserError"


class ValidationError(UserError):
    """A constraint, a missing required field, a unique index or a foreign key."""

    name = "odoo.exceptions.ValidationError"


class AccessError(UserError):
    """No right, a company outside the allowed ones, or a private method."""

    name = "odoo.exceptions.AccessError"


class MissingError(UserError):
    """A record that is not there was to be written or deleted."""

    name = "odoo.exceptions.MissingError"


class AccessDeniedError(UserError):
    """A wrong secret."""

    name = "odoo.exceptions.AccessDenied"

    def __init__(self, message: str = "Access Denied") -> None:
        super().__init__(message)


class SessionExpiredError(StandInError):
    """No valid session cookie; Odoo answers code 100 with a null id."""

    name = "odoo.http.SessionExpiredException"


class FieldValueError(StandInError):
    """An unknown field, a bad domain, order, date or selection."""

    name = "builtins.ValueError"


class NoMethodError(StandInError):
    """The model has no such public method."""

    name = "builtins.AttributeError"


class ArgumentsError(StandInError):
    """The arguments do not fit the method."""

    name = "builtins.TypeError"


class NoIdsError(StandInError):
    """A record method was called without ids."""

    name = "builtins.IndexError"


class NoKeyError(StandInError):
    """A service other than common, object and db, or a message whose model was not said."""

    name = "builtins.KeyError"


class NoDatabaseError(StandInError):
    """Another database than the one served was asked for."""

    name = "psycopg2.OperationalError"


class ConcurrencyError(StandInError):
    """A lost race: the whole call is tried again from the start, like Odoo does."""

    name = "psycopg2.errors.SerializationFailure"


class DeadlockError(ConcurrencyError):
    """Two transactions wait for one another."""

    name = "psycopg2.errors.DeadlockDetected"


class LockTimeoutError(ConcurrencyError):
    """A row lock was not given in time."""

    name = "psycopg2.errors.LockNotAvailable"


def describe(error: BaseException) -> dict[str, object]:
    """The ``error`` member of a JSON-RPC answer, without any traceback."""
    if isinstance(error, SessionExpiredError):
        code, title = 100, "Odoo Session Expired"
    else:
        code, title = 200, "Odoo Server Error"
    if isinstance(error, StandInError):
        name, message, arguments = error.name, error.message, error.arguments
    else:
        name, message = f"builtins.{type(error).__name__}", str(error)
        arguments = [str(argument) for argument in error.args]
    data = {"name": name, "debug": "", "message": message, "arguments": arguments, "context": {}}
    return {"code": code, "message": title, "data": data}
