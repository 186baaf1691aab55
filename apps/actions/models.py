"""Requests for changes in Odoo, the decisions on them, and the delivery of each step."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.roles import Role
from controltower.lib.scope import Scope
from odoo_sync.mirror.base import Many2one
from odoo_sync.models import Connection


class RequestState(models.TextChoices):
    """Where a request stands."""

    WAITING = "waiting", _("waiting for approval")
    APPROVED = "approved", _("on its way")
    REJECTED = "rejected", _("rejected")
    WITHDRAWN = "withdrawn", _("withdrawn")
    EXPIRED = "expired", _("not decided in time")
    VERIFIED = "verified", _("verified in Odoo")
    PARTIAL = "partial", _("partly done")
    CONFLICT = "conflict", _("changed by someone else")
    REFUSED = "refused", _("refused by Odoo")
    UNKNOWN = "unknown", _("effect not known")
    DISCONNECTED = "disconnected", _("its Odoo was disconnected")
    OUTDATED = "outdated", _("planned on another database")
    UNDONE = "undone", _("undone")


class RequestQuerySet(models.QuerySet["Request"]):
    """Requests."""

    def within(self, scope: Scope) -> RequestQuerySet:
        """Only what this scope may see. An empty scope sees nothing."""
        return self.none() if scope.is_empty else self.filter(scope.condition("company_id", "plant_id"))


class Request(models.Model):
    """A person's wish to change Odoo, with the plan frozen as it was shown.

    ``plan`` is the canonical text that ``plan_hash`` covers. ``about_type`` and ``about_key`` name what it helps (a
    case); ``subject_model`` is a mirror's key and ``subject_id`` its row. ``undoes`` points at the request taken back.
    ``generation`` is the connection's when it was planned: what it pointed at then, and nothing else, is written to.
    ``version`` grows with every change of state.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    action = models.CharField(max_length=64)
    subject_model = models.CharField(max_length=64)
    subject_id = models.BigIntegerField()
    about_type = models.CharField(max_length=64, blank=True)
    about_key = models.CharField(max_length=128, blank=True)
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    generation = models.IntegerField(default=1, db_comment="the connection's, when it was planned")
    company = Many2one("odoo_sync.Company")
    plant = Many2one("odoo_sync.Warehouse")
    answer = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    plan = models.TextField()
    plan_hash = models.CharField(max_length=64)
    effect = models.TextField()
    reason = models.CharField(max_length=512, blank=True)
    approver_role = models.CharField(max_length=32, choices=Role.choices, blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="requests")
    requested_at = models.DateTimeField(db_default=Now())
    decide_by = models.DateTimeField(null=True)
    state = models.CharField(max_length=16, choices=RequestState.choices)
    state_at = models.DateTimeField(db_default=Now())
    undoes = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="undoings")
    version = models.IntegerField(default=1)

    objects = RequestQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["about_type", "about_key"], name="requests_about_a_thing"),
            models.Index(fields=["state", "-requested_at"], name="requests_by_state"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["id", "requested_by"], name="request_and_requester"),
            models.UniqueConstraint(
                fields=["action", "subject_model", "subject_id"],
                condition=models.Q(state__in=["waiting", "approved", "unknown"]),
                name="one_open_request_per_action_and_record",
            ),
            models.UniqueConstraint(
                fields=["undoes"],
                condition=models.Q(state__in=["waiting", "approved", "unknown", "verified"]),
                name="one_standing_undo_per_request",
            ),
        ]

    def __str__(self) -> str:
        return self.effect

    def get_absolute_url(self) -> str:
        return reverse("actions:request", args=[self.pk])


class Approval(models.Model):
    """One person's decision on a request; never the requester's own.

    ``requested_by`` repeats the request's requester, held to it by a composite foreign key in the database, so that the
    check constraint is about the truth. ``plan_hash`` is the plan that was looked at.
    """

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="approvals")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="approvals")
    approved = models.BooleanField()
    reason = models.CharField(max_length=512, blank=True)
    plan_hash = models.CharField(max_length=64)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(by=models.F("requested_by")), name="nobody_decides_on_their_own_request"
            ),
            models.UniqueConstraint(fields=["request", "by"], name="one_decision_per_person_and_request"),
        ]


class DeliveryState(models.TextChoices):
    """Where one step stands. ``sent`` without a verdict is unknown until resolved by reading."""

    WAITING = "waiting", _("queued")
    SENT = "sent", _("sent")
    VERIFIED = "verified", _("verified")
    CONFLICT = "conflict", _("conflict")
    REJECTED = "rejected", _("rejected")
    UNKNOWN = "unknown", _("unknown")
    SKIPPED = "skipped", _("not sent")


class Delivery(models.Model):
    """One step of an approved plan on its way to Odoo.

    ``token`` marks the effect where Odoo can carry a mark. Until ``not_after`` a call that was sent may still take
    effect, so its absence in Odoo proves nothing. ``evidence`` keeps what was read before and after, without secrets
    or tracebacks. ``lease`` and ``lease_until`` belong to the worker that has the step: whoever comes later replaces
    ``lease``, and the earlier one can settle nothing any more. ``records`` are what the step touches, as
    ``connection:model,id``: steps on one record leave in the order in which they were approved. ``is_note`` is the
    trace that the tower leaves on the document; it never changes what became of the request.
    """

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="deliveries")
    position = models.IntegerField()
    records = ArrayField(models.CharField(max_length=160), default=list)
    step = models.JSONField()
    is_note = models.BooleanField(default=False)
    token = models.UUIDField(default=uuid4, unique=True)
    state = models.CharField(max_length=16, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    attempts = models.IntegerField(default=0)
    next_at = models.DateTimeField(db_default=Now())
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)
    not_after = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    message = models.TextField(blank=True, db_comment="what happened, in words for the requester")
    evidence = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "position"], name="one_delivery_per_step")]
        indexes = [
            models.Index(fields=["next_at"], condition=models.Q(state__in=["waiting", "sent"]), name="deliveries_to_do")
        ]
