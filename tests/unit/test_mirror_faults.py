"""Every recorded kind of refusal becomes the right error, and none of them tells too much."""

import logging

import pytest

from odoo_sync import errors
from odoo_sync.errors import OdooError, Retry, Verdict
from odoo_sync.faults import fault
from odoo_sync.redaction import MASK, RedactingFilter, redact, remember
from odoo_sync.transport import Address, split_address


def body(name: str, message: str = "no", **more: object) -> dict:
    return {
        "code": 200,
        "message": "Odoo Server Error",
        "data": {"name": name, "message": message, "debug": "Traceback /opt/odoo"},
        **more,
    }


@pytest.mark.parametrize(
    ("name", "message", "kind"),
    [
        ("odoo.exceptions.AccessDenied", "Access Denied", errors.SignInError),
        ("odoo.http.SessionExpiredException", "Session expired", errors.SignInError),
        ("odoo.exceptions.AccessError", "You are not allowed", errors.NotAllowedError),
        (
            "odoo.exceptions.AccessError",
            'You do not have enough rights to access the fields "value" on Quants (stock.quant). Please contact ...',
            errors.HiddenFieldError,
        ),
        ("odoo.exceptions.MissingError", "Record does not exist", errors.MissingRecordError),
        ("odoo.exceptions.UserError", "Object nosuch.model doesn't exist", errors.UnknownModelError),
        ("odoo.exceptions.UserError", "You cannot do that", errors.BusinessError),
        ("odoo.exceptions.ValidationError", "Wrong date", errors.BusinessError),
        ("odoo.exceptions.RedirectWarning", "Set it up first", errors.BusinessError),
        ("builtins.ValueError", "Invalid field 'x' on model 'y'", errors.SchemaError),
        ("builtins.AttributeError", "The method 'x.y' does not exist", errors.SchemaError),
        ("builtins.TypeError", "unexpected keyword", errors.SchemaError),
        ("builtins.ZeroDivisionError", "division by zero", errors.ServerFaultError),
        ("psycopg2.errors.SerializationFailure", "could not serialize", errors.ConcurrencyError),
        ("psycopg2.errors.DeadlockDetected", "deadlock", errors.ConcurrencyError),
        ("psycopg2.errors.LockNotAvailable", "lock", errors.ConcurrencyError),
        ("psycopg2.OperationalError", 'connection to server at "10.1.2.3", port 5499 failed', errors.DatabaseError),
        ("psycopg2.errors.UndefinedTable", "relation", errors.ServerFaultError),
    ],
)
def test_a_class_of_odoo_becomes_ours(name, message, kind):
    assert type(fault(body(name, message), model="purchase.order", method="write")) is kind


def test_an_unknown_user_id_is_a_matter_of_signing_in():
    told = fault(
        body("odoo.exceptions.MissingError", "(Record: res.users(9,), User: 9)"), model="stock.move", method="read"
    )
    assert type(told) is errors.SignInError


def test_an_expired_session_is_known_by_its_code():
    assert type(fault({"code": 100, "message": "Odoo Session Expired", "data": {}})) is errors.SignInError


def test_an_error_without_data_is_still_an_error():
    assert type(fault({"message": "what?"})) is errors.ServerFaultError


@pytest.mark.parametrize("name", ["psycopg2.OperationalError", "psycopg2.errors.UndefinedTable", "builtins.OSError"])
def test_neither_host_nor_traceback_of_odoo_is_repeated(name):
    told = fault(body(name, 'connection to server at "10.1.2.3", port 5499 failed'), model="a", method="b")
    assert "10.1.2.3" not in str(told) + told.detail and "Traceback" not in str(told) + told.detail


def test_odoos_own_words_are_kept_for_business_refusals():
    assert fault(body("odoo.exceptions.UserError", "Unlock the order\n\nfirst.")).detail == "Unlock the order first."


def every_error(kind: type[OdooError] = OdooError) -> list[type[OdooError]]:
    return [kind, *(deeper for child in kind.__subclasses__() for deeper in every_error(child))]


@pytest.mark.parametrize("kind", every_error()[1:])
def test_every_error_stands_in_the_tree_and_says_what_it_means_for_a_write(kind):
    assert kind.__name__ in (errors.__doc__ or "")
    assert kind.letter in "ABCDEFGHIJKL" and isinstance(kind.retry, Retry) and isinstance(kind.verdict, Verdict)


def test_nothing_whose_outcome_is_unknown_may_simply_be_sent_again():
    for kind in every_error():
        if kind.retry is Retry.LATER and kind is not errors.DatabaseError:
            assert kind.verdict in {Verdict.NOT_SENT, Verdict.UNKNOWN}
        if kind.verdict is Verdict.UNKNOWN and kind is not errors.ThrottledError:
            assert kind.retry is not Retry.LATER


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("http://odoo.local:8069", ("odoo.local", 8069, False, "")),
        ("https://erp.example.com", ("erp.example.com", 443, True, "")),
        ("https://erp.example.com/odoo/", ("erp.example.com", 443, True, "/odoo")),
        ("http://[::1]:8069", ("[::1]", 8069, False, "")),
    ],
)
def test_an_address_is_taken_apart(url, parts):
    assert split_address(url) == parts


@pytest.mark.parametrize(
    "url", ["", "odoo", "ftp://odoo", "http://", "http://a:b", "https://me:secret@odoo.example.com"]
)
def test_what_is_no_address_is_refused_in_words(url):
    with pytest.raises(errors.AddressError) as told:
        split_address(url)
    assert "secret" not in str(told.value) or "must not hold" in str(told.value)


def test_an_address_does_not_show_its_secret():
    assert "hush-hush" not in repr(Address("http://odoo", "db", "bot", "hush-hush"))


def test_a_known_secret_is_masked_in_a_log_line():
    remember("s3cr3t-key")
    record = logging.LogRecord("odoorpc", logging.DEBUG, "", 0, "send %s", ({"args": ["db", 2, "s3cr3t-key"]},), None)
    RedactingFilter().filter(record)
    assert "s3cr3t-key" not in record.getMessage() and MASK in record.getMessage()
    assert redact("key=s3cr3t-key") == f"key={MASK}"


def test_a_secret_in_an_address_is_not_repeated_by_its_refusal():
    with pytest.raises(errors.AddressError) as told:
        split_address("https://me:hunter22@odoo.example.com")
    assert "hunter22" not in str(told.value)
