"""How fast the first page of the board comes with 10,000 open cases, and how many queries it takes.

``first_page``: the whole request, from routing to the last byte of HTML, against a floor of its own SQL replayed word
for word and its template rendered on data that is already there. ``first_page_p95`` is the slow end of the same
requests, in milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from statistics import quantiles
from time import perf_counter
from typing import Any

from django.db import connection
from django.template import Context
from django.template.loader import get_template
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.console.frame import Frame
from apps.exceptions.board import Board
from apps.exceptions.sight import Sight
from benchmarks.database import fresh_database
from benchmarks.measure import Measure, at_most, interleaved
from tests.boards import Group, fill
from tests.people import person

CASES, ROUNDS, WARM = 10_000, 40, 5
MOST_RATIO, MOST_MILLISECONDS, MOST_QUERIES = 1.5, 150.0, 12
HOST = "localhost"


def run(seed: int) -> Iterator[Measure]:
    with fresh_database():
        reader = person(Role.PLANT_MANAGER)
        for _ in range(4):
            person(Role.PLANNER)
        fill(Group(), CASES, first=seed * 2 * CASES + 1)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        client = Client(headers={"host": HOST})
        client.force_login(reader)
        queries = recorded(client)
        floor = bare(queries, reader)
        for _ in range(WARM):
            page(client), floor()
        ours, bottom = interleaved(ROUNDS, lambda: page(client), floor)
    yield at_most("board", "first_page", "ms", ours, bottom, MOST_RATIO)
    slow = quantiles(ours, n=20)[-1]
    yield Measure(
        "board", "first_page_p95", slow, "ms", None, None, MOST_MILLISECONDS, slow <= MOST_MILLISECONDS, ROUNDS
    )
    count = len(queries)
    yield Measure("board", "queries", count, "queries", None, None, MOST_QUERIES, count <= MOST_QUERIES, 1)


def page(client: Client) -> float:
    """Milliseconds of one whole request."""
    began = perf_counter()
    response = client.get("/")
    took = (perf_counter() - began) * 1000
    if response.status_code != 200 or b"10000 cases" not in response.content:
        raise AssertionError(f"the board answered {response.status_code}, or not with all cases")
    return took


def recorded(client: Client) -> list[str]:
    """The SQL of one request, as it was sent."""
    page(client)
    with CaptureQueriesContext(connection) as captured:
        page(client)
    return [query["sql"] for query in captured.captured_queries]


def bare(queries: list[str], reader: User) -> Callable[[], float]:
    """The floor: the same SQL without the program, then the same template without any reading."""
    render = rendering(reader)

    def once() -> float:
        began = perf_counter()
        with connection.cursor() as wrapped:
            cursor = wrapped.cursor
            for query in queries:
                cursor.execute(query)
                cursor.fetchall()
        render()
        return (perf_counter() - began) * 1000

    return once


def rendering(reader: User) -> Callable[[], str]:
    """Renders the board's page from values that have all been read before."""
    request = RequestFactory(headers={"host": HOST}).get("/")
    request.user = reader
    request.resolver_match = None
    board = Board.read(Sight.of(request), now=timezone.now())
    template = get_template("exceptions/board.html").template  # type: ignore[attr-defined]
    values: dict[str, Any] = {"board": board, "frame": Frame(request, reader), "user": reader, "csrf_token": "x" * 64}

    def render() -> str:
        return str(template.render(Context(values)))

    render()
    with CaptureQueriesContext(connection) as captured:
        render()
    if captured.captured_queries:
        raise AssertionError("the floor's template still reads from the database")
    return render
