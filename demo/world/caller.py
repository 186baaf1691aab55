"""How the world reaches an Odoo: one public call at a time, whoever carries it."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol


class Caller(Protocol):
    """Carries one public RPC call to an Odoo and brings back its plain answer.

    The stand-in's in-process interface and `demo.world.rpc.JsonRpc` both are one; nothing in the world knows which.
    """

    def call(
        self, model: str, method: str, *args: Any, context: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> Any: ...


class Calling:
    """A caller made of a bare function that calls."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.call = function


def as_caller(given: Caller | Callable[..., Any]) -> Caller:
    """A caller, of one or of the function that makes its calls."""
    return given if hasattr(given, "call") else Calling(given)
