"""Fixtures that every kind of test may use. Only real servers: anything else is refused."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests import emptied, statics

if TYPE_CHECKING:
    from tests.servers import Tower


def pytest_configure() -> None:
    engine = settings.DATABASES["default"]["ENGINE"]
    if engine != "django.db.backends.postgresql":
        raise pytest.UsageError("Tests need PostgreSQL: set DATABASE_URL, or run ./tower test.")
    hypothesis_settings.register_profile("tower", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    hypothesis_settings.load_profile("tower")
    emptied.install()
    statics.install()
    settings.PASSWORD_HASHERS = ["tests.hashers.QuickHasher"]
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow files first, for side by side all end together; browser tests last, for Playwright leaves its event loop in
    the thread, where no other test could use a database."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (item.path.parent.name == "browser", item.path not in slow))


@pytest.fixture(autouse=True)
def no_action_stumbles(request: pytest.FixtureRequest) -> Iterator[None]:
    """What an action trips over becomes a message for people; in a test it is a defect, unless it is the subject."""
    from apps.actions import stumble

    told: list[logging.LogRecord] = []
    ear = logging.Handler(logging.ERROR)
    ear.emit = told.append  # type: ignore[method-assign,assignment]
    stumble.log.addHandler(ear)
    yield
    stumble.log.removeHandler(ear)
    if told and request.node.get_closest_marker("stumbles") is None:
        raise AssertionError("\n".join(logging.Formatter().format(one) for one in told))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> None:
    """The migrated test database, whose audit trail may be emptied between tests; nothing else about it is relaxed.

    Whoever connects to it, servers too, waits for a lock or leaves a transaction open for minutes at most.
    """
    from django.db import connection

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        cursor.execute(f"ALTER DATABASE {name} SET lock_timeout = '120s'")
        cursor.execute(f"ALTER DATABASE {name} SET idle_in_transaction_session_timeout = '300s'")
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_no_truncate")
        cursor.execute("ALTER TABLE audit_dailyroot DISABLE TRIGGER audit_root_no_truncate")
        cursor.execute("ALTER TABLE audit_verification DISABLE TRIGGER audit_verification_no_truncate")
        emptied.remember()


@pytest.fixture(scope="session")
def tower(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator["Tower"]:
    """A running web server on the test database; combine it with ``transactional_db``."""
    from tests.servers import Tower

    with django_db_blocker.unblock():
        server = Tower().start()
    yield server
    server.stop()
