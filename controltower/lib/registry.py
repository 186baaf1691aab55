"""A catalogue that grows by adding files."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import ClassVar, Generic, Protocol, TypeVar

from django.apps import apps


class Member(Protocol):
    """What every catalogue member has: a key that is stored and therefore forever."""

    key: ClassVar[str]


T = TypeVar("T", bound=Member)


class DuplicateKeyError(Exception):
    """Two members of one catalogue claim the same key."""


class UnknownKeyError(KeyError):
    """No member of the catalogue has this key; it may have been retired."""


class Registry(Generic[T]):
    """Classes of one kind, found by key.

    A class joins with ``@registry.add``. Every installed application may hold members in the module
    or package called ``home``; ``discover`` imports them all, so a new member is a new file.
    """

    def __init__(self, home: str) -> None:
        self.home = home
        self._members: dict[str, type[T]] = {}

    def add(self, member: type[T]) -> type[T]:
        if member.key in self._members:
            raise DuplicateKeyError(member.key)
        self._members[member.key] = member
        return member

    def discover(self) -> None:
        """Import ``<app>.<home>`` and its submodules for every installed application."""
        for config in apps.get_app_configs():
            name = f"{config.name}.{self.home}"
            if find_spec(name) is None:
                continue
            package = import_module(name)
            for module in iter_modules(getattr(package, "__path__", [])):
                import_module(f"{name}.{module.name}")

    def __getitem__(self, key: str) -> type[T]:
        try:
            return self._members[key]
        except KeyError:
            raise UnknownKeyError(key) from None

    def __contains__(self, key: object) -> bool:
        return key in self._members

    def __len__(self) -> int:
        return len(self._members)

    def __iter__(self) -> Iterator[type[T]]:
        return iter(sorted(self._members.values(), key=lambda member: member.key))
