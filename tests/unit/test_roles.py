"""The table of roles and permissions; pure."""

import pytest

from apps.accounts.roles import PERMISSIONS, Permission, Role, roles_with


def test_every_role_is_in_the_table() -> None:
    assert set(PERMISSIONS) == set(Role.values)


@pytest.mark.parametrize("permission", Permission)
def test_every_permission_belongs_to_somebody(permission: Permission) -> None:
    assert roles_with(permission)


def test_an_auditor_only_reads() -> None:
    assert PERMISSIONS[Role.AUDITOR] == {Permission.SEE_CASES, Permission.SEE_AUDIT, Permission.SEE_SYNC}


def test_an_administrator_neither_requests_nor_approves() -> None:
    requests = {permission for permission in Permission if permission.name.startswith("REQUEST_")}
    assert len(requests) >= 4
    assert not PERMISSIONS[Role.ADMINISTRATOR] & {Permission.APPROVE_ACTIONS, Permission.WORK_CASES, *requests}


def test_only_administrators_manage_sync_and_people() -> None:
    for permission in (Permission.MANAGE_SYNC, Permission.MANAGE_PEOPLE):
        assert roles_with(permission) == {Role.ADMINISTRATOR}
