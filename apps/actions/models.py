"""Requests for changes in Odoo, the decisions on them, and the delivery of each step."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from apps.accounts.roles import Role
from odoo_sync.mirror.base import Many2one
from odoo_sync.models import Connection


class RequestState(models.TextChoices):
    """Where a request stands."""

    WAITING = "waiting", "waiting for approval"
    APPROVED = "approved", "on its way"
    REJECTED = "rejected", "rejected"
    WITHDRAWN = "withdrawn", "withdrawn"
    VERIFIED = "verified", "verified in Odoo"
    PARTIAL = "partial", "partly done"
    CONFLICT = "conflict", "changed by someone else"
    REFUSED = "refused", "refused by Odoo"
    UNKNOWN = "unknown", "effect not known"
    UNDONE = "undone", "undone"


class Request(models.Model):
    """A person's wish to change Odoo, with the plan frozen as it was shown.

    ``plan`` is the canonical text that ``plan_hash`` covers. ``about_type`` and ``about_key`` name what it helps (a
    case); ``subject_model`` is a mirror's key and ``subject_id`` its row. ``undoes`` points at the request taken back.
    ``version`` grows with every change of state.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    action = models.CharField(max_length=64)
    subject_model = models.CharField(max_length=64)
    subject_id = models.BigIntegerField()
    about_type = models.CharField(max_length=64, blank=True)
    about_key = models.CharField(max_length=128, blank=True)
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    company = Many2one("odoo_sync.Company")
    plant = Many2one("odoo_sync.Warehouse")
    answer = models.JSONField(default=dict)
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
    undoes = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="undone_by")
    version = models.IntegerField(default=1)

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
        ]


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

    WAITING = "waiting", "queued"
    SENT = "sent", "sent"
    VERIFIED = "verified", "verified"
    CONFLICT = "conflict", "conflict"
    REJECTED = "rejected", "rejected"
    UNKNOWN = "unknown", "unknown"
    SKIPPED = "skipped", "not sent"


class Delivery(models.Model):
    """One step of an approved plan on its way to Odoo.

    ``token`` marks the effect where Odoo can carry a mark; ``not_after`` fences a late arrival; ``evidence`` keeps what
    was read before and after, without secrets or tracebacks. ``lease_until`` belongs to the worker that has it.
    """

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="deliveries")
    position = models.IntegerField()
    record = models.CharField(max_length=160, db_comment="connection:model:ids, orders steps on one record")
    step = models.JSONField()
    token = models.UUIDField(default=uuid4, unique=True)
    state = models.CharField(max_length=16, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    attempts = models.IntegerField(default=0)
    next_at = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField(null=True)
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
