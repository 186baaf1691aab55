"""Passwords that are made, not chosen: easy to type, about 49 bits."""

from __future__ import annotations

import secrets

CONSONANTS, VOWELS = "bdfgklmnprstvz", "aeiou"
WORDS = 4


def readable_password() -> str:
    """Four made-up words."""
    return "-".join("".join(_syllable() for _ in range(2)) for _ in range(WORDS))


def _syllable() -> str:
    return secrets.choice(CONSONANTS) + secrets.choice(VOWELS)
