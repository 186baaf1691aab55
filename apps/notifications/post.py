"""Handing a mail to the mail server, and telling what its refusals mean."""

from __future__ import annotations

from smtplib import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.translation import gettext as _

from apps.notifications.errors import MailDelayedError, MailRefusedError, MailServerError

PERMANENT, TOO_LARGE, GOES_AWAY = 500, 552, 421
SIGN_IN = frozenset({530, 534, 535, 538})
"""Sign in first, or in another way (RFC 4954): nothing that one mail could help."""


def opened(server: BaseEmailBackend) -> None:
    """Connect and sign in, where that has not happened yet. Raises MailServerError."""
    try:
        server.open()
    except SMTPAuthenticationError as error:
        raise MailServerError(_("The mail server does not accept the sign-in: %s") % _answer(error)) from None
    except (OSError, SMTPException) as error:
        raise MailServerError(_("The mail server cannot be reached: %s") % _plain(error)) from None


def hand_over(server: BaseEmailBackend, message: EmailMessage) -> None:
    """Send one mail. Raises MailRefusedError when this one will never be taken, MailDelayedError when this one may be
    later, MailServerError when none is taken now.

    A recipient and a message speak for one mail. The sender and the sign-in are the tower's: what is said against them
    holds for all, but that one mail is too large (552). 421 says that the server goes away (RFC 5321, 3.8).
    """
    try:
        server.send_messages([message])
    except SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        raise _of(code, _text(code, said)) from None
    except SMTPSenderRefused as error:
        if error.smtp_code == TOO_LARGE:
            raise _of(error.smtp_code, _answer(error)) from None
        raise MailServerError(_("The mail server takes nothing from this sender: %s") % _answer(error)) from None
    except SMTPDataError as error:
        raise _of(error.smtp_code, _answer(error)) from None
    except (OSError, SMTPException) as error:
        raise MailServerError(_("The mail server broke off: %s") % _plain(error)) from None
    except ValueError as error:
        raise MailRefusedError(_("The mail cannot be written: %s") % _plain(error)) from None


def _of(code: int, answer: str) -> Exception:
    if code == GOES_AWAY or code in SIGN_IN:
        return MailServerError(_("The mail server takes nothing now: %s") % answer)
    if code >= PERMANENT:
        return MailRefusedError(_("The mail server refuses it: %s") % answer)
    return MailDelayedError(_("The mail server wants it later: %s") % answer)


def _answer(error: SMTPResponseException) -> str:
    return _text(error.smtp_code, error.smtp_error)


def _text(code: int, said: bytes | str) -> str:
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return f"{code} {' '.join(words.split())}"[:300]


def _plain(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
