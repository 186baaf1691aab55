"""Keys of bot users, encrypted at rest with a key derived from FIELD_KEY."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from odoo_sync.errors import SecretError


@lru_cache(maxsize=4)
def cipher(field_key: str) -> Fernet:
    derived = HKDF(SHA256(), length=32, salt=None, info=b"control tower: Odoo secrets").derive(field_key.encode())
    return Fernet(urlsafe_b64encode(derived))


def encrypt(secret: str) -> bytes:
    """The secret as it may be stored."""
    return cipher(settings.FIELD_KEY).encrypt(secret.encode())


def decrypt(stored: bytes | memoryview) -> str:
    """The secret again. Raises SecretError when FIELD_KEY is not the one it was stored with."""
    try:
        return cipher(settings.FIELD_KEY).decrypt(bytes(stored)).decode()
    except InvalidToken:
        raise SecretError(
            "The stored key of the bot user cannot be read: FIELD_KEY has changed since. "
            "Set the former FIELD_KEY, or enter the key of the bot user again."
        ) from None
