"""What ./tower demo can be told, and what it answers to nonsense."""

import pytest

from controltower.launcher.__main__ import main
from controltower.launcher.errors import UsageError
from controltower.launcher.options import Odoo, parse

REAL = ["--odoo-url", "https://odoo.example.com/", "--odoo-db", "group", "--odoo-login", "tower-bot"]


@pytest.fixture(autouse=True)
def no_key(monkeypatch):
    monkeypatch.delenv("TOWER_ODOO_KEY", raising=False)


def test_without_arguments_the_stand_in_lives_on_any_port():
    wanted = parse([])
    assert (wanted.odoo, wanted.port, wanted.live, wanted.check, wanted.seed) == (None, None, True, False, None)


def test_a_check_keeps_the_world_still():
    assert not parse(["--check"]).live
    assert not parse(["--no-live"]).live


def test_a_check_drives_through_everything_or_through_one_kind():
    assert parse(["--check"]).kind == "all"
    assert parse(["--check", "--kind", "purchase"]).kind == "purchase"


def test_a_real_odoo_takes_its_key_from_the_environment(monkeypatch):
    monkeypatch.setenv("TOWER_ODOO_KEY", "s3cret")
    assert parse(REAL).odoo == Odoo("https://odoo.example.com", "group", "tower-bot", "s3cret")


def test_a_key_alone_in_the_environment_means_no_real_odoo(monkeypatch):
    monkeypatch.setenv("TOWER_ODOO_KEY", "s3cret")
    assert parse([]).odoo is None


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (REAL, "also needs --odoo-key"),
        (["--odoo-db", "group"], "also needs --odoo-url, --odoo-login"),
        (["--odoo-url", "odoo.example.com", *REAL[2:], "--odoo-key", "k"], "must begin with http"),
        (["--port", "70000"], "between 1 and 65535"),
        (["--port", "web"], "invalid int value"),
        (["--check", "--kind", "weather"], "invalid choice: 'weather'"),
        (["--kind", "purchase"], "give both"),
        (["--ports", "1", "--nonsense"], "unrecognized arguments"),
    ],
)
def test_nonsense_is_answered_with_what_to_do(arguments, answer):
    with pytest.raises(UsageError, match=answer):
        parse(arguments)


def test_an_unknown_command_shows_the_known_ones(capsys):
    assert main(["demonstrate"]) == 2
    assert "./tower demo " in capsys.readouterr().err


def test_help_is_no_failure_but_no_command_is(capsys):
    assert main(["--help"]) == 0
    assert main([]) == 2
    assert capsys.readouterr().out.count("./tower bench") == 2
