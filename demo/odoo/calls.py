"""One call of a public method, as ``execute_kw`` and ``call_kw`` carry it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from demo.odoo import access
from demo.odoo.env import Env
from demo.odoo.errors import AccessError, ArgumentsError, NoIdsError, NoMethodError
from demo.odoo.record import Record

OWN_CHECKS = frozenset(
    [
        "search",
        "search_count",
        "search_fetch",
        "search_read",
        "read",
        "read_group",
        "name_search",
        "name_get",
        "fields_get",
        "default_get",
        "exists",
        "web_read",
        "web_search_read",
        "web_save",
        "onchange",
        "check_access_rights",
        "check_access",
        "has_access",
        "check_object_reference",
    ]
)
"""Methods that ask for rights themselves, with the caller's own eyes."""
NEEDS = {
    "create": "create",
    "copy": "create",
    "load": "create",
    "unlink": "unlink",
    "message_post": "read",
    "message_subscribe": "read",
    "context_get": "read",
    "unblock": "read",
}
READ_ONLY = frozenset(OWN_CHECKS - {"web_save"}) | {"context_get"}


def find_method(model: type, name: str) -> Any:
    """The public method. Raises NoMethodError or, for a private one, AccessError."""
    shown = f"{model._name}.{name}"  # type: ignore[attr-defined]
    method = getattr(model, name, None)
    if name.startswith("_"):
        raise AccessError(f"Private methods (such as '{shown}') cannot be called remotely.")
    if not callable(method) or name in vars(Record) or getattr(method, "hidden", False):
        raise NoMethodError(f"The method '{shown}' does not exist")
    return method


def run(env: Env, model: str, name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """Call a method with the rights of the caller and give its result in a form JSON can carry."""
    records = env[model]
    method = find_method(type(records), name)
    rest = list(args)
    if not getattr(method, "on_model", False):
        if not rest:
            raise NoIdsError("tuple index out of range")
        ids = rest.pop(0)
        ids = [ids] if isinstance(ids, int) and not isinstance(ids, bool) else list(ids or ())
        records = records.browse(ids)
    if name in OWN_CHECKS:
        return plain(records, _invoke(method, records, rest, kwargs))
    mode = NEEDS.get(name, "write")
    access.check_model(records, mode)
    access.check_records(records, mode)
    result = _invoke(method, records.sudo(), rest, kwargs)
    env.work.flush(env.sudo())
    if name in ("create", "copy", "write"):
        made = records.browse(result.ids) if isinstance(result, Record) else records
        access.check_records(made, mode)
    if name == "create" and isinstance(result, Record):
        return result.id if rest and isinstance(rest[0], Mapping) else list(result.ids)
    return plain(records, result)


def _invoke(method: Any, records: Any, args: list[Any], kwargs: Mapping[str, Any]) -> Any:
    try:
        return method(records, *args, **kwargs)
    except TypeError as error:
        if "argument" in str(error) and method.__name__ in str(error):
            raise ArgumentsError(str(error)) from None
        raise


def plain(records: Any, result: Any) -> Any:
    """Record sets of the called model become ids, of another one text, as Odoo's dispatcher makes them."""
    if isinstance(result, Record):
        return list(result.ids) if result._name == records._name else repr(result)
    return result
