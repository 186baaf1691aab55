"""Fixtures that every kind of test may use. Only real servers: anything else is refused."""

import pytest
from django.conf import settings


def pytest_configure() -> None:
    engine = settings.DATABASES["default"]["ENGINE"]
    if engine != "django.db.backends.postgresql":
        raise pytest.UsageError("Tests need PostgreSQL: set DATABASE_URL, or run ./tower test.")
