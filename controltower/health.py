"""Whether this process lives, and whether it can serve; strangers learn nothing more."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from apps.accounts.roles import Permission
from apps.accounts.scope import scope_of

log = logging.getLogger(__name__)


@login_not_required
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """PostgreSQL and Valkey answer and no migration is waiting; 503 otherwise."""
    found = examine()
    status = 200 if all(found.values()) else 503
    if may_read_details(request):
        return JsonResponse({"ready": status == 200, **found}, status=status)
    return HttpResponse("ready\n" if status == 200 else "not ready\n", status=status, content_type="text/plain")


def examine() -> dict[str, bool]:
    """Each part by name, and whether it is well. A database that is away is not asked for its migrations as well."""
    found: dict[str, bool] = {}
    for name, check in PARTS.items():
        found[name] = found.get(NEEDED_BY.get(name, ""), True) and _holds(name, check)
    return found


def may_read_details(request: HttpRequest) -> bool:
    """Those who see the state of the mirror group-wide; nobody while the database cannot say who they are."""
    try:
        return scope_of(request.user, Permission.SEE_SYNC).is_group
    except Exception:
        return False


def _holds(name: str, check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception as error:
        log.warning("Not ready: %s (%s).", name, type(error).__name__)
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def _valkey() -> bool:
    cache.set("health", "ok", 10)
    return cache.get("health") == "ok"


def _migrated() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


PARTS: Mapping[str, Callable[[], bool]] = {"database": _database, "valkey": _valkey, "migrations": _migrated}
NEEDED_BY: Mapping[str, str] = {"migrations": "database"}
