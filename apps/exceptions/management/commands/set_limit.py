"""Sets the limits of a detector or an action for the group, a company, a plant or a product."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q

from apps.accounts.models import User
from apps.exceptions.errors import LimitError
from apps.exceptions.limit_checks import doubts
from apps.exceptions.limit_values import shown_value
from apps.exceptions.limits import Place, rule_of, rules
from apps.exceptions.models import LimitOverride
from apps.exceptions.overrides import drop_limits, set_limits
from controltower.lib.numbers import whole
from odoo_sync.mirror.base import Mirror
from odoo_sync.mirror.company import Company
from odoo_sync.mirror.product import Product
from odoo_sync.mirror.stock import Warehouse

NAMED = 12


class Command(BaseCommand):
    """``./tower manage set_limit purchase.late_line overdue_days=3 --plant Lyon --reason … --by LOGIN``"""

    help = (
        "Set limits of a detector or an action for one place; without a place for the whole group. Without a name "
        "shows what there is. The most specific wins: product, plant, company, group. What they touch is judged again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "rule", nargs="?", help="the key of a detector or of an action's limits, as in the catalogue"
        )
        parser.add_argument("values", nargs="*", metavar="NAME=VALUE")
        for name, what in (("company", "name"), ("plant", "name or short name"), ("product", "code or name")):
            parser.add_argument(f"--{name}", default="", help=f"its {what} in Odoo, or its key in the mirror")
        parser.add_argument("--reason", default="", help="why; the case shows it")
        parser.add_argument("--by", default="", metavar="LOGIN", help="who sets it")
        parser.add_argument("--drop", action="store_true", help="take all limits of this place back")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["rule"]:
            for line in _what_there_is():
                self.stdout.write(line)
            return
        try:
            self._carry_out(options, _person(options["by"]), _place(options))
        except (LimitError, PermissionDenied) as error:
            raise CommandError(str(error)) from None

    def _carry_out(self, options: dict[str, Any], by: User, place: Place) -> None:
        rule, reason = options["rule"], options["reason"]
        if options["drop"]:
            if options["values"]:
                raise CommandError("--drop takes all limits of the place back: name no values with it.")
            drop_limits(rule, place, reason=reason, by=by)
            self.stdout.write(f"{rule}: what holds around this place holds in it again.")
            return
        values = _values(options["values"])
        row = set_limits(rule, place, values, reason=reason, by=by)
        for doubt in doubts(rule_of(rule).default(), values, place):
            self.stderr.write(doubt)
        self.stdout.write(f"{row}: {_shown(row)}. What it touches is judged again.")


def _what_there_is() -> Iterator[str]:
    for rule in sorted(rules(), key=lambda one: one.key):
        key, default = rule.key, rule.default()
        yield f"{key}  ({rule.title})"
        for one in fields(default):
            yield f"    {one.name} = {shown_value(getattr(default, one.name))}    {default.titles[one.name]}"
        rows = LimitOverride.objects.filter(rule=key).select_related("company", "plant", "product__template", "set_by")
        for row in sorted(rows, key=lambda row: row.rank):
            yield f"  {row.level} {row.place_name}: {_shown(row)} ({row.set_by.shown_name}: {row.reason})"


def _shown(row: LimitOverride) -> str:
    return ", ".join(f"{name} = {value}" for name, value in row.values.items())


def _values(parts: list[str]) -> dict[str, str]:
    pairs = [part.partition("=") for part in parts]
    wrong = [name for name, sign, value in pairs if not (name.strip() and sign and value.strip())]
    if wrong or not pairs:
        raise CommandError("Write each limit as NAME=VALUE, such as overdue_days=3.")
    return {name.strip(): value.strip() for name, _sign, value in pairs}


def _person(login: str) -> User:
    person = User.objects.filter(username=login, is_active=True).first()
    if person is None:
        raise CommandError(f"There is no active sign-in “{login}”: name with --by who sets the limit.")
    return person


def _place(options: dict[str, Any]) -> Place:
    """The keys behind the names; a plant brings its company."""
    company = _found(Company, options["company"], "company", Q(name=options["company"]))
    wanted = options["plant"]
    within = Q(company=company) if company else Q()
    plant = _found(Warehouse, wanted, "plant", (Q(name=wanted) | Q(code=wanted)) & within)
    product = _found(Product, options["product"], "product", Q(code=options["product"]) | _named(options["product"]))
    if plant is not None and plant.company_id is None:
        raise CommandError(f"The plant “{plant}” has no company in the mirror yet.")
    return Place(plant.company_id if plant else company and company.pk, plant and plant.pk, product and product.pk)


def _named(name: str) -> Q:
    return Q(template__name=name)


def _found(mirror: type[Mirror], name: str, what: str, asked: Q) -> Any:
    """The one row that is called so. Several, or none, is an error that says how to name it."""
    if not name:
        return None
    if len(name) > 12 and (key := whole(name)) is not None:
        asked = Q(pk=key)
    rows = list(mirror.objects.filter(asked)[: NAMED + 1])
    if len(rows) == 1:
        return rows[0]
    if rows:
        keys = ", ".join(f"{row.pk} ({row})" for row in rows)
        raise CommandError(f"Several are called “{name}”; name the {what} by its key: {keys}.")
    known = sorted(str(row) for row in mirror.objects.all()[:NAMED])
    raise CommandError(f"There is no {what} “{name}” in the mirror. There is: {', '.join(known) or 'none yet'}.")
