"""Cases, their timeline, the timetable of checks and the numbered stream of changes."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now

from apps.exceptions.definition import Domain, Severity
from apps.exceptions.lifecycle import ENDED, LIVE, CaseState
from controltower.lib.scope import Scope
from odoo_sync.mirror.base import Many2one
from odoo_sync.models import Connection

_AT_RISK = '$.chain[*] ? (@.mirror == "sale.order.line" && @.money != null && @.money != "0")'


def _at_risk(part: str) -> models.GeneratedField:
    """One part of every customer order line at risk, kept beside the row so that totals need not open ``impact``."""
    path = models.Func(
        models.F("impact"),
        models.Value(f"{_AT_RISK}.{part}"),
        function="jsonb_path_query_array",
        output_field=models.JSONField(),
    )
    return models.GeneratedField(expression=path, output_field=models.JSONField(), db_persist=True)


class CaseQuerySet(models.QuerySet["Case"]):
    """Cases."""

    def within(self, scope: Scope) -> CaseQuerySet:
        """Only what this scope may see. An empty scope sees nothing."""
        return self.none() if scope.is_empty else self.filter(scope.condition("company_id", "plant_id"))

    def live(self) -> CaseQuerySet:
        return self.filter(state__in=LIVE)

    def held(self) -> CaseQuerySet:
        """Live, or closed by a person while the condition lasts: what must follow the data."""
        return self.filter(models.Q(state__in=LIVE) | models.Q(state=CaseState.CLOSED, clear_since=None))


class Case(models.Model):
    """One exception from its first finding to its end; one live case per detector and subject.

    ``money`` is at risk in ``currency`` (the group's), each order line once; ``own_money`` is what is no order's of it,
    where some is an order's, and ``running`` how the whole grows by itself. ``delay_days`` counts working days of the
    plant. ``evidence``, ``impact`` and ``score_terms`` keep what was judged, so that the score can be recomputed by
    hand. ``order_lines`` and ``order_moneys`` name, in step, the customer order lines at risk and their money.
    ``limits`` are the limits that made it a case, with who set them. ``version`` grows with each change; a verb names
    the version it saw. ``facts`` is a digest of what was judged
    last: the same digest says that time alone has passed. On a closed case a null ``clear_since`` says that the
    condition still holds, as the person who closed it knew.
    """

    detector = models.CharField(max_length=64)
    subject_type = models.CharField(max_length=64)
    subject_key = models.CharField(max_length=128)
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    company = Many2one("odoo_sync.Company")
    plant = Many2one("odoo_sync.Warehouse")
    domain = models.CharField(max_length=16, choices=[(one.value, one.value) for one in Domain])
    severity = models.CharField(max_length=8, choices=[(one.value, one.value) for one in Severity])
    score = models.DecimalField(max_digits=5, decimal_places=2)
    score_terms = models.JSONField(default=dict)
    limits = models.JSONField(default=list)
    summary = models.CharField(max_length=512)
    detail = models.CharField(max_length=512, blank=True)
    evidence = models.JSONField(default=list)
    impact = models.JSONField(default=dict)
    order_lines = _at_risk("row")
    order_moneys = _at_risk("money")
    money = models.DecimalField(max_digits=20, decimal_places=2, default=0)
    own_money = models.DecimalField(max_digits=20, decimal_places=2, default=0, db_comment="of it, what is no order's")
    running = models.JSONField(null=True, db_comment="how money grows by itself: at, per_hour, until, since")
    currency = models.CharField(max_length=8)
    delay_days = models.IntegerField(default=0)
    customers = models.IntegerField(default=0)
    documents = ArrayField(models.BigIntegerField(), default=list, db_comment="keys of documents in the chain")
    state = models.CharField(max_length=16, choices=CaseState.choices, default=CaseState.OPEN)
    state_at = models.DateTimeField(db_default=Now())
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="cases")
    snoozed_until = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(db_default=Now())
    acknowledged_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=512, blank=True, db_comment="why it ended, in words")
    clear_since = models.DateTimeField(null=True, db_comment="condition false since; closes after the hysteresis")
    regressions = models.IntegerField(default=0)
    judged_at = models.DateTimeField(db_default=Now())
    cannot_judge = models.CharField(max_length=512, blank=True)
    facts = models.CharField(max_length=32, blank=True, db_comment="digest of the facts of the last finding")
    remedy = models.CharField(max_length=64, blank=True, db_comment="recommended action; empty is the detector's first")
    version = models.IntegerField(default=1)

    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["detector", "subject_type", "subject_key"],
                condition=models.Q(state__in=sorted(LIVE)),
                name="one_live_case_per_subject",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=sorted(ENDED), ended_at__isnull=False)
                | models.Q(state__in=sorted(LIVE), ended_at=None),
                name="an_ended_case_says_when",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-score", "-id"], condition=models.Q(state__in=sorted(LIVE)), name="live_cases_by_score"
            ),
            models.Index(
                fields=["company", "plant", "domain"], condition=models.Q(state__in=sorted(LIVE)), name="live_by_place"
            ),
            models.Index(fields=["detector", "subject_key"], name="cases_of_a_subject"),
            GinIndex(fields=["documents"], name="cases_by_document", fastupdate=False),
            models.Index(fields=["snoozed_until"], condition=models.Q(state="snoozed"), name="snoozed_cases_by_time"),
        ]

    def __str__(self) -> str:
        return self.summary


class CaseEvent(models.Model):
    """One line of a case's timeline: a detector's word, a person's act, a note, a write."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    verb = models.CharField(max_length=64)
    details = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["case", "id"], name="timeline_of_a_case")]


class LimitOverride(models.Model):
    """Limits that the group, a company, a plant or a product has of its own, for one detector or action.

    ``rule`` is the key of what the limits belong to; ``values`` holds those that differ, by name. Where all three of
    company, plant and product are null they are the group's. Several that are given must all fit.
    """

    rule = models.CharField(max_length=64)
    company = Many2one("odoo_sync.Company")
    plant = Many2one("odoo_sync.Warehouse")
    product = Many2one("odoo_sync.Product")
    values = models.JSONField()
    reason = models.CharField(max_length=512)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "company", "plant", "product"],
                nulls_distinct=False,
                name="one_set_of_limits_per_rule_and_place",
            ),
            models.CheckConstraint(
                condition=models.Q(plant=None) | models.Q(company__isnull=False),
                name="limits_of_a_plant_name_its_company",
            ),
            models.CheckConstraint(condition=~models.Q(values={}), name="limits_of_a_place_set_something"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="limits_of_a_place_say_why"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} · {self.place_name}"

    @property
    def rank(self) -> tuple[bool, bool, bool]:
        """What is more specific comes later: a product's before a plant's, a plant's before a company's."""
        return self.product_id is not None, self.plant_id is not None, self.company_id is not None

    @property
    def level(self) -> str:
        """The most specific thing that these limits belong to."""
        return next(
            (name for name, given in zip(("product", "plant", "company"), self.rank, strict=True) if given), "group"
        )

    @property
    def place_name(self) -> str:
        """Whose limits they are, in words; the mirror's keys where it no longer has a name."""
        names = [str(one) for one in (self.product, self.plant, self.company) if one is not None]
        plain = [names[0]] if names and self.level != "product" else names
        return ", ".join(plain) or settings.GROUP_NAME

    def covers(self, company: int | None, plant: int | None, product: int | None) -> bool:
        """Whether they hold for something of this company, plant and product."""
        own = (self.company_id, self.plant_id, self.product_id)
        return all(mine in (None, asked) for mine, asked in zip(own, (company, plant, product), strict=True))


class EquipmentLink(models.Model):
    """What a person has said of one piece of equipment: which work centre it is or stands at, or that it is none's.

    Odoo Community knows no such link; where an Odoo has one (Enterprise), that counts and this waits. ``basis`` says
    what the person agreed to: serial, code, name, or hand where they chose by themselves. ``work_centre`` is null where
    the equipment belongs to no work centre.
    """

    equipment = models.OneToOneField(
        "odoo_sync.Equipment", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    work_centre = Many2one("odoo_sync.WorkCentre")
    basis = models.CharField(max_length=16)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(basis__in=("serial", "code", "name", "hand")),
                name="a_machine_is_tied_on_a_known_basis",
            )
        ]

    def __str__(self) -> str:
        return f"{self.equipment_id} → {self.work_centre_id}"


class CheckQuerySet(models.QuerySet["Check"]):
    """Checks."""

    def within(self, scope: Scope) -> CheckQuerySet:
        """Only those of subjects that this scope may see. An empty scope sees nothing."""
        return self.none() if scope.is_empty else self.filter(scope.condition("company_id", "plant_id"))


class Check(models.Model):
    """When time alone would change a judgement: the timetable that replaces blind re-evaluation.

    ``cannot_judge`` says why the subject could not be judged at all, so that this is never taken for all clear.
    The place is the subject's; without a company it is the group's.
    """

    detector = models.CharField(max_length=64)
    subject_type = models.CharField(max_length=64)
    subject_key = models.CharField(max_length=128)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    company = Many2one("odoo_sync.Company")
    plant = Many2one("odoo_sync.Warehouse")
    due_at = models.DateTimeField()
    cannot_judge = models.CharField(max_length=512, blank=True)

    objects = CheckQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["detector", "subject_type", "subject_key"], name="one_check_per_subject")
        ]
        indexes = [
            models.Index(fields=["due_at"], name="checks_by_time"),
            models.Index(
                fields=["company", "plant"], condition=~models.Q(cannot_judge=""), name="unjudged_subjects_by_place"
            ),
        ]


class Channel(models.Model):
    """A visibility channel: everyone who may see one of its cases may see all. ``last_number`` is dense.

    Null plant is company level, null company the group's; ``key`` is ``connection.company.plant.domain``,
    with ``-`` for null.
    """

    key = models.CharField(max_length=128, unique=True)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    company = models.BigIntegerField(null=True)
    plant = models.BigIntegerField(null=True)
    domain = models.CharField(max_length=16)
    last_number = models.BigIntegerField(default=0)


class Event(models.Model):
    """A change of a case to be shown: inserted with the change, numbered and sent by whoever commits.

    ``number`` counts within the channel in publishing order; ids are no sequence, they are handed out before
    the commit.
    """

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="events")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    number = models.BigIntegerField(null=True)
    leaves = models.BooleanField(default=False, db_comment="the case no longer belongs to this channel")
    created_at = models.DateTimeField(db_default=Now())
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "number"], name="one_number_per_channel")]
        indexes = [models.Index(fields=["id"], condition=models.Q(published_at=None), name="events_to_publish")]
