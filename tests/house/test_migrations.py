"""Migrations are complete, in one line, and named for what they do."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from tests.house.sources import python

OURS = sorted(config.label for config in apps.get_app_configs() if config.name.startswith(("apps.", "odoo_sync")))
NAME = re.compile(r"^\d{4}_[a-z][a-z0-9_]+$")
AUTOMATIC = re.compile(
    r"_auto_\d|_and_more$|^\d{4}_initial$|^\d{4}_(add|alter|remove|rename)_[a-z]+_[a-z_]+_[a-z_]+_and_"
)


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.mark.parametrize("app", OURS)
def test_each_application_has_one_line_of_migrations(app: str) -> None:
    leaves = MigrationLoader(None).graph.leaf_nodes(app)
    assert len(leaves) <= 1, leaves


def test_migrations_are_named_for_what_they_do() -> None:
    names = [path.stem for path in python("apps", "odoo_sync", migrations=True) if "migrations" in path.parts]
    wrong = [name for name in names if name != "__init__" and (not NAME.match(name) or AUTOMATIC.search(name))]
    assert not wrong


@pytest.mark.django_db
def test_the_test_database_is_fully_migrated() -> None:
    executor = MigrationExecutor(connection)
    assert not executor.migration_plan(executor.loader.graph.leaf_nodes())


@pytest.mark.django_db
def test_audit_triggers_are_in_place() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE 'audit_%'")
        names = {row[0] for row in cursor.fetchall()}
    assert names == {
        "audit_entry_append_only",
        "audit_entry_no_truncate",
        "audit_root_append_only",
        "audit_root_no_truncate",
        "audit_verification_append_only",
        "audit_verification_no_truncate",
    }
