"""The models of the stand-in: classes by name, their fields and what has to be computed when."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from demo.odoo.fields import LOG_FIELDS, Field, Step, declared, from_table, recorded

Method = Callable[..., Any]


def computed(*names: str, on: str = "") -> Callable[[Method], Method]:
    """Mark a method that fills fields; ``on`` names what stored ones follow, as paths of stored fields."""

    def mark(method: Method) -> Method:
        method.computes = (names, tuple(on.split()))  # type: ignore[attr-defined]
        return method

    return mark


def sets(*names: str) -> Callable[[Method], Method]:
    """Mark the method that carries out a write to computed fields: it gets the record set and the value."""

    def mark(method: Method) -> Method:
        method.sets = names  # type: ignore[attr-defined]
        return method

    return mark


def on_model(method: Method) -> Method:
    """Mark a public method that takes no ids."""
    method.on_model = True  # type: ignore[attr-defined]
    return method


def hidden(method: Method) -> Method:
    """Mark a method that only the stand-in itself may call."""
    method.hidden = True  # type: ignore[attr-defined]
    return method


class Registry:
    """Model classes by name, each built from the parts the business areas contribute."""

    def __init__(self, parts: Iterable[type]) -> None:
        grouped: dict[str, list[type]] = {}
        for part in parts:
            grouped.setdefault(part._name, []).append(part)  # type: ignore[attr-defined]
        self.models: dict[str, type] = {
            name: type(name, tuple(reversed(found)), {"_name": name, "_registry": self})
            for name, found in grouped.items()
        }
        self._references: dict[str, list[tuple[str, Field]]] = {}
        self._results: dict[tuple[str, str], tuple[str, ...]] = {}
        for model in self.models.values():
            model._fields = self._collect(model)  # type: ignore[attr-defined]
        for name in self.models:
            self._delegate(name)
        for name in self.models:
            self._pair(name)
        for name in self.models:
            self._wire(name)
        for model in self.models.values():
            for one in model._fields.values():  # type: ignore[attr-defined]
                one.classify()

    def __getitem__(self, name: str) -> Any:
        return self.models[name]

    def __contains__(self, name: str) -> bool:
        return name in self.models

    def __iter__(self) -> Any:
        return iter(self.models)

    def indexed(self, name: str) -> dict[str, bool]:
        """Relations that get an index; True where the value holds several ids."""
        return {
            one.name: one.many
            for one in self[name]._fields.values()
            if one.column
            and not one.company_dependent
            and (one.type == "many2one_reference" or (one.type in ("many2one", "many2many") and one.relation in self))
            and one.name not in ("create_uid", "write_uid")
        }

    def references(self, name: str) -> list[tuple[str, Field]]:
        """The stored relations of all models that lead to a model."""
        found = self._references.get(name)
        if found is None:
            found = self._references[name] = [
                (model, self[model]._fields[field])
                for model in self
                for field in self.indexed(model)
                if self[model]._fields[field].relation == name
            ]
        return found

    def results(self, model: str, compute: str) -> tuple[str, ...]:
        """The fields a compute method fills."""
        names = self._results.get((model, compute))
        if names is None:
            related = compute.startswith("related:")
            names = (compute.removeprefix("related:"),) if related else getattr(self[model], compute).computes[0]
            self._results[model, compute] = names
        return names

    def _collect(self, model: Any) -> dict[str, Field]:
        fields = {name: from_table(name, facts) for name, facts in {**LOG_FIELDS, **recorded(model._name)}.items()}
        for part in reversed(model.__mro__):
            fields = {**declared(vars(part).get("_declare", "")), **fields}
            for name in vars(part).get("_stored", ()):
                fields[name].store = True
            for name, digits in vars(part).get("_digits", {}).items():
                fields[name].digits = digits
            for name, label in vars(part).get("_labels", {}).items():
                fields[name].label = label
            for name, path in vars(part).get("_related", {}).items():
                fields[name].related = tuple(path.split("."))
        for attribute in dir(model):
            method = getattr(model, attribute, None)
            for name in getattr(method, "computes", ((), ()))[0]:
                fields[name].compute = attribute
            for name in getattr(method, "sets", ()):
                fields[name].setter = attribute
        return fields

    def _delegate(self, name: str) -> None:
        model = self.models[name]
        for parent, link in getattr(model, "_inherits", {}).items():
            for one in self[parent]._fields.values():
                own = model._fields.get(one.name)  # type: ignore[attr-defined]
                if one.name in LOG_FIELDS or (own is not None and (own.store or own.compute)):
                    continue
                copy = own or Field(one.name, one.type, one.relation, one.inverse, selection=one.selection, store=False)
                copy.inherited = link
                model._fields[one.name] = copy  # type: ignore[attr-defined]

    def _pair(self, name: str) -> None:
        model = self.models[name]
        for mine, (other, theirs) in getattr(model, "_far_side", {}).items():
            model._fields[mine].owner = theirs  # type: ignore[attr-defined]
            if model._fields[mine].relation != other:  # type: ignore[attr-defined]
                raise LookupError(f"{name}.{mine} does not lead to {other}")

    def _wire(self, name: str) -> None:
        """Register which computed fields follow a change of which field, over which way back."""
        model = self.models[name]
        for attribute in dir(model):
            method = getattr(model, attribute, None)
            names, paths = getattr(method, "computes", ((), ()))
            if any(model._fields[one].store for one in names):  # type: ignore[attr-defined]
                for path in paths:
                    self._wire_path(name, attribute, path.split("."))
        for one in model._fields.values():  # type: ignore[attr-defined]
            if one.related and one.store:
                one.compute = one.compute or f"related:{one.name}"
                self._wire_path(name, one.compute, list(one.related))

    def _wire_path(self, name: str, compute: str, path: list[str]) -> None:
        here = name
        walked: list[Step] = []
        for step in path:
            one = self[here]._fields[step]
            one.triggers.append((name, compute, tuple(walked)))
            if one.type == "one2many":
                far = self[one.relation]._fields[one.inverse]
                far.triggers.append((name, compute, (*walked, (here, one))))
            elif one.owner:
                self[one.relation]._fields[one.owner].triggers.append((name, compute, (*walked, (here, one))))
            walked.append((here, one))
            if one.relation:
                here = one.relation


def discover() -> list[type]:
    """Import every module of ``demo.odoo.models`` and return the model parts in order of their files' rank."""
    package = import_module("demo.odoo.models")
    modules = [import_module(f"{package.__name__}.{found.name}") for found in iter_modules(package.__path__)]
    modules.sort(key=lambda module: (getattr(module, "RANK", 50), module.__name__))
    from demo.odoo.orm import Model

    return [
        part
        for module in modules
        for part in vars(module).values()
        if isinstance(part, type)
        and issubclass(part, Model)
        and part.__module__ == module.__name__
        and getattr(part, "_name", "")
    ]
