"""There is no default sign-in: nobody exists before somebody is made, and no password stands in the code."""

from __future__ import annotations

import ast
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.accounts.models import User
from apps.accounts.passwords import readable_password
from tests.house.sources import PRODUCT, python, tree

MAKERS = {
    "set_password",
    "make_password",
    "create_user",
    "create_superuser",
    "give_new_password",
    "create",
    "check_password",
}


def literals(source: ast.AST) -> list[int]:
    """The lines where a password is a text in the code."""
    found = []
    for node in ast.walk(source):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        named = [one.value for one in node.keywords if one.arg and "password" in one.arg]
        given = node.args[:2] if name in MAKERS - {"create", "check_password"} else []
        found += [node.lineno for one in (*named, *given) if _is_text(one) and name in MAKERS]
    return found


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(node.value)


@pytest.mark.parametrize("path", python(*PRODUCT), ids=str)
def test_no_password_stands_in_the_code(path: Path) -> None:
    assert literals(tree(path)) == []


def test_the_search_finds_what_it_looks_for() -> None:
    wrong = ('user.set_password("secret")', 'User.objects.create(password="secret")', 'make_password("admin")')
    assert all(literals(ast.parse(one)) for one in wrong)
    assert not literals(ast.parse("user.set_password(readable_password())"))


@pytest.mark.django_db
def test_a_fresh_installation_has_nobody() -> None:
    assert not User.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["", "\n", "short\n", "administrator\n", "123456789012345\n"])
def test_the_first_administrator_is_not_made_with_a_weak_password(typed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", StringIO(typed))
    with pytest.raises(CommandError):
        call_command("create_administrator", "administrator", stdout=StringIO())
    assert not User.objects.exists()


@pytest.mark.django_db
def test_the_first_administrator_is_made_with_the_password_that_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    made = readable_password()
    monkeypatch.setattr("sys.stdin", StringIO(f"{made}\n"))
    said = StringIO()
    call_command("create_administrator", "ada", stdout=said)
    user = User.objects.get()
    assert user.check_password(made) and made not in said.getvalue()
    assert not user.is_superuser and not user.is_staff
    monkeypatch.setattr("sys.stdin", StringIO(f"{made}\n"))
    with pytest.raises(CommandError, match="already"):
        call_command("create_administrator", "ada", stdout=StringIO())


def test_passwords_that_are_made_are_never_the_same() -> None:
    assert len({readable_password() for _number in range(200)}) == 200
