"""Fixtures of the contract tests."""

from collections.abc import Iterator

import pytest

from tests.contract.odoos import Odoo, reached


@pytest.fixture(scope="module")
def odoo() -> Iterator[Odoo]:
    with reached() as found:
        yield found
