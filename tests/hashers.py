"""Password hashing that is quick, for tests alone: the real one is slow on purpose."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    """The same algorithm with a single round."""

    iterations = 1
