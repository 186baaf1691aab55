"""What every mirrored Odoo record has in common, and how a mirror is declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Self, cast

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor

from controltower.lib.keys import key_range, split_key
from controltower.lib.registry import Registry
from controltower.lib.scope import Scope


class Lane(StrEnum):
    """How often a mirror is polled: one cadence cannot serve all models."""

    HOT = "hot"
    WARM = "warm"
    COLD = "cold"


@dataclass(frozen=True)
class Source:
    """Where a mirror comes from in Odoo.

    ``model`` is Odoo's; ``domain`` may only name fields that never change, since a row that leaves a
    mutable domain would be lost. ``renames`` maps our field to Odoo's where the plain rule (a many2one
    ``partner`` reads ``partner_id``, all else reads its own name) does not hold. ``extra`` names Odoo fields
    kept in the ``extra`` column. ``promises`` are our date fields whose every value is kept in the promise ledger,
    ``history`` our fields whose every change is kept.
    ``optional`` names our fields that an Odoo may lack: they stay null there instead of failing the probe.
    ``far_sides`` are Many2many fields (key of their mirror, our field) that link here and that Odoo also lets be
    written from this side, where it stamps this row alone: with a row, its links there are looked at.
    """

    model: str
    domain: tuple[Any, ...] = ()
    renames: Mapping[str, str] = field(default_factory=dict)
    extra: tuple[str, ...] = ()
    lane: Lane = Lane.COLD
    promises: tuple[str, ...] = ()
    history: tuple[str, ...] = ()
    per_company: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    archived: bool = False
    far_sides: tuple[tuple[str, str], ...] = ()


class ParentAccessor(ForwardManyToOneDescriptor):
    """The row that a link leads to; None where there is no link, and where its row is not mirrored."""

    def get_object(self, instance: models.Model) -> models.Model | None:  # type: ignore[override]
        try:
            found: models.Model = super().get_object(instance)
        except ObjectDoesNotExist:
            return None
        return found


class Many2one(models.ForeignKey):
    """A link to another mirrored record: always nullable, never enforced, computed from the same key.

    A row whose parent has not arrived yet, or is not visible, stays visible in every query, and says None for it.
    """

    forward_related_accessor_class = ParentAccessor

    def __init__(self, to: Any, **options: Any) -> None:
        options.update(null=True, blank=True, db_constraint=False, on_delete=models.DO_NOTHING)
        options.setdefault("related_name", "+")
        super().__init__(to, **options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        for fixed in ("null", "blank", "db_constraint", "on_delete"):
            options.pop(fixed, None)
        return name, path, args, options


class Many2many(ArrayField):
    """The keys of linked records, as the owning record holds them; never null, empty when there are none."""

    def __init__(self, to: Any = None, **options: Any) -> None:
        options.setdefault("default", list)
        options.pop("base_field", None)
        options.pop("size", None)
        super().__init__(models.BigIntegerField(), **options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        options.pop("base_field", None)
        return name, path, args, options


class MirrorQuerySet(models.QuerySet):
    """Rows of one mirror."""

    def within(self, scope: Scope) -> Self:
        """Only what this scope may see. An empty scope sees nothing."""
        if scope.is_empty:
            return self.none()
        mirror = cast("type[Mirror]", self.model)
        if mirror.company_path is None:
            return self
        return self.filter(scope.condition(mirror.company_path, mirror.plant_path))

    def of(self, connection: int) -> Self:
        """Only rows of one Odoo database."""
        return self.filter(id__range=key_range(connection))


class PresentManager(models.Manager.from_queryset(MirrorQuerySet)):  # type: ignore[misc]
    """Hides rows that Odoo no longer has or no longer shows."""

    def get_queryset(self) -> MirrorQuerySet:
        return super().get_queryset().filter(gone_at=None)


class Mirror(models.Model):
    """One record of one Odoo database, as it was when last read.

    ``written_at`` is Odoo's write_date at second precision (UTC) and is never used as a cursor by anyone but
    sync. ``read_began_at`` and ``read_ended_at`` bound the read that brought this row. ``gone_at`` is set when Odoo
    no longer has the record or no longer shows it.
    """

    key: ClassVar[str]
    source: ClassVar[Source]
    company_path: ClassVar[str | None] = "company"
    plant_path: ClassVar[str | None] = None

    id = models.BigIntegerField(primary_key=True, db_comment="connection_id << 40 | Odoo id")
    written_at = models.DateTimeField(null=True, db_comment="Odoo write_date, UTC, whole seconds")
    read_began_at = models.DateTimeField(null=True)
    read_ended_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)
    extra = models.JSONField(default=dict)

    objects = PresentManager()
    everything = MirrorQuerySet.as_manager()

    class Meta:
        abstract = True
        base_manager_name = "everything"

    @property
    def connection_id(self) -> int:
        return split_key(self.id)[0]

    @property
    def odoo_id(self) -> int:
        return split_key(self.id)[1]

    def __str__(self) -> str:
        return str(getattr(self, "name", None) or f"{self.source.model},{self.odoo_id}")


mirrors: Registry[Mirror] = Registry("mirror")


def links_index(name: str, *fields: str) -> GinIndex:
    """An index by which linked records are found from the other side.

    Without the list of pending entries: every look-up would read all of it, 6 ms each after a load of 60,000 moves.
    """
    return GinIndex(name=name, fields=list(fields), fastupdate=False)


def quantity_field(**options: Any) -> models.DecimalField:
    """A physical quantity in the unit beside it."""
    return models.DecimalField(max_digits=24, decimal_places=6, null=True, **options)


def amount_field(**options: Any) -> models.DecimalField:
    """Money in the document's currency."""
    return models.DecimalField(max_digits=24, decimal_places=6, null=True, **options)


def ratio_field(**options: Any) -> models.DecimalField:
    """A factor or rate, kept with twelve decimals."""
    return models.DecimalField(max_digits=36, decimal_places=12, null=True, **options)
