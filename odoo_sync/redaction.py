"""Keeps secrets out of logs, whatever library wants to write them there."""

from __future__ import annotations

import logging
from threading import Lock

MASK = "•••"
_secrets: set[str] = set()
_lock = Lock()


def remember(secret: str) -> None:
    """From now on this text never reaches a log through a redacted logger. Short texts are not secrets."""
    if len(secret) >= 4:
        with _lock:
            _secrets.add(secret)


def redact(text: str) -> str:
    """The text with every known secret masked."""
    for secret in tuple(_secrets):
        if secret in text:
            text = text.replace(secret, MASK)
    return text


class RedactingFilter(logging.Filter):
    """Masks secrets in a record's final text, and drops the arguments that held them."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        masked = redact(text)
        if masked != text:
            record.msg, record.args = masked, None
        return True


def quieten(*names: str) -> None:
    """Pin loggers to WARNING and mask what they still say: odoorpc 0.10 prints positional secrets at DEBUG."""
    for name in names:
        logger = logging.getLogger(name)
        logger.setLevel(logging.WARNING)
        if not any(isinstance(present, RedactingFilter) for present in logger.filters):
            logger.addFilter(RedactingFilter())
