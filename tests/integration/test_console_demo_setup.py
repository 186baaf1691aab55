"""Setting a demo up: sign-ins per role, kept on file, found again on the second start."""

import json
import stat
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.accounts.models import User
from apps.accounts.passwords import readable_password
from apps.accounts.roles import Role
from apps.accounts.scope import scope_of
from apps.audit.verify import verify
from apps.console import cast, sign_ins
from apps.console.management.commands import demo_setup
from controltower.lib.scope import Slice
from demo.odoo.server import StandIn
from odoo_sync import patience
from odoo_sync.errors import SignInError, ThrottledError
from odoo_sync.mirror.company import Company
from odoo_sync.models import Connection
from tests.boards import Group

pytestmark = pytest.mark.django_db
ODOO = {"odoo_url": "http://odoo.example", "odoo_db": "aurora", "odoo_login": "tower"}


@pytest.fixture
def group(monkeypatch: pytest.MonkeyPatch) -> Group:
    """An Odoo that is attached and loaded already; only the way there is imitated."""
    group = Group()
    monkeypatch.setenv(demo_setup.KEY, "sesame")
    monkeypatch.setattr(demo_setup, "attach", lambda **options: group.connection)
    monkeypatch.setattr(demo_setup, "load_all", lambda connection, watch: True)
    return group


def _set_up(file: Path) -> tuple[dict[str, sign_ins.SignIn], str]:
    out = StringIO()
    call_command("demo_setup", **ODOO, accounts_file=file, stdout=out)
    return {row["role"]: row for row in json.loads(file.read_text())}, out.getvalue()


def test_there_is_one_sign_in_per_role_a_second_controller_and_a_stranger(group: Group, tmp_path: Path, client) -> None:
    rows, printed = _set_up(tmp_path / "sign-ins.json")
    assert set(rows) == {*Role.values, "second_controller", "stranger"}
    for row in rows.values():
        assert row["login"] in printed
        assert row["password"] in printed
        assert client.post("/sign-in/", {"username": row["login"], "password": row["password"]}).status_code == 302


def test_each_has_the_place_of_the_part(group: Group, tmp_path: Path) -> None:
    _set_up(tmp_path / "sign-ins.json")
    lyon, detroit, uk = (company.pk for company in group.companies)
    assert _slices("buyer") == _slices("manager") == {Slice(lyon), Slice(detroit)}
    assert _slices("planner") == {Slice(lyon, group.plants[0].pk)}
    assert _slices("controller") == {Slice(None)}
    assert _slices("stranger") == {Slice(uk)}


def test_the_file_is_for_its_owner_alone(group: Group, tmp_path: Path) -> None:
    file = tmp_path / "deep" / "sign-ins.json"
    _set_up(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [one.name for one in file.parent.iterdir()] == ["sign-ins.json"]


def test_a_second_start_changes_nothing(group: Group, tmp_path: Path) -> None:
    file = tmp_path / "sign-ins.json"
    first, _ = _set_up(file)
    before = {user.username: user.password for user in User.objects.all()}
    second, _ = _set_up(file)
    assert first == second
    assert {user.username: user.password for user in User.objects.all()} == before
    assert verify().holds


def test_a_lost_file_gives_new_passwords_that_work(group: Group, tmp_path: Path, client) -> None:
    file = tmp_path / "sign-ins.json"
    first, _ = _set_up(file)
    file.write_text("{rubbish")
    second, _ = _set_up(file)
    assert first["buyer"]["password"] != second["buyer"]["password"]
    answer = {"username": "buyer", "password": second["buyer"]["password"]}
    assert client.post("/sign-in/", answer).status_code == 302


def test_grants_that_are_not_the_parts_are_taken_away(group: Group, tmp_path: Path) -> None:
    file = tmp_path / "sign-ins.json"
    _set_up(file)
    User.objects.get(username="stranger").grants.create(role=Role.BUYER, company=group.companies[0])
    _set_up(file)
    assert _slices("stranger") == {Slice(group.companies[2].pk)}


def test_in_an_unknown_group_somebody_still_has_a_place(group: Group) -> None:
    Company.objects.filter(pk=group.companies[0].pk).update(name="Alpha")
    Company.objects.filter(pk=group.companies[1].pk).update(name="Beta")
    found = cast.places(group.connection.pk)
    assert found[cast.PLANTS] == [Slice(group.companies[0].pk)]
    assert found[cast.ELSEWHERE] == [Slice(group.companies[2].pk)]


def test_an_odoo_without_companies_gives_no_places() -> None:
    connection = Connection.objects.create(name="Empty", url="https://e.example", database="e", login="e", secret=b"")
    found = cast.places(connection.pk)
    assert found[cast.PLANTS] == found[cast.FIRST_PLANT] == found[cast.ELSEWHERE] == []
    assert cast.described([]) == "nowhere"


def test_passwords_differ_and_are_long() -> None:
    made = {readable_password() for _ in range(200)}
    assert len(made) == 200
    assert all(len(one) == 19 for one in made)


def test_a_missing_key_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(demo_setup.KEY, raising=False)
    with pytest.raises(CommandError, match=demo_setup.KEY):
        call_command("demo_setup", **ODOO, accounts_file=tmp_path / "x.json")


def test_an_odoo_that_refuses_is_said_in_its_own_words(group: Group, monkeypatch, tmp_path: Path) -> None:
    def refuse(**options: str) -> Connection:
        raise SignInError("Odoo refuses the key of tower.")

    monkeypatch.setattr(demo_setup, "attach", refuse)
    with pytest.raises(CommandError, match="refuses the key"):
        call_command("demo_setup", **ODOO, accounts_file=tmp_path / "x.json")
    assert not User.objects.exists()


def test_an_odoo_that_asks_for_patience_is_waited_for(group: Group, monkeypatch, tmp_path: Path) -> None:
    waits: list[float] = []
    answers = iter([ThrottledError("Slower.", retry_after=7), ThrottledError("Slower.", retry_after=900), None])

    def busy(**options: str) -> Connection:
        if error := next(answers):
            raise error
        return group.connection

    monkeypatch.setattr(demo_setup, "attach", busy)
    monkeypatch.setattr(patience, "sleep", waits.append)
    _rows, printed = _set_up(tmp_path / "sign-ins.json")
    assert waits == [7, 30]
    assert "trying again in 7 s" in printed


def test_an_odoo_that_stays_busy_is_said_in_one_line(group: Group, monkeypatch, tmp_path: Path) -> None:
    waits: list[float] = []

    def busy(**options: str) -> Connection:
        raise ThrottledError("Odoo asks for patience (HTTP 429). The tower slows down.")

    monkeypatch.setattr(demo_setup, "attach", busy)
    monkeypatch.setattr(patience, "sleep", waits.append)
    with pytest.raises(CommandError, match=r"5 times in a row\. Wait some minutes and start again"):
        call_command("demo_setup", **ODOO, accounts_file=tmp_path / "x.json", stdout=StringIO())
    assert waits == [2, 4, 8, 16]


def test_a_probe_waits_as_well(monkeypatch) -> None:
    out, waits = StringIO(), []
    monkeypatch.setenv("ODOO_KEY", "an-api-key-of-admin")
    monkeypatch.setattr(patience, "sleep", waits.append)
    with StandIn() as odoo:
        odoo.world.add_key("admin", "an-api-key-of-admin")
        odoo.faults.add("429", times=2, retry_after=3)
        call_command("probe_odoo", url=odoo.url, db=odoo.database, login="admin", check_only=True, stdout=out)
    assert waits == [3, 3]
    assert out.getvalue().count("trying again in 3 s") == 2


def _slices(login: str) -> set[Slice]:
    user = User.objects.get(username=login)
    return set(scope_of(user).slices)
