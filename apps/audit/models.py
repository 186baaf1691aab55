"""The entries of the audit trail."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Entry(models.Model):
    """Who did what to which thing, with what effect. Written in the transaction of the change it tells of.

    ``position``, ``previous_hash`` and ``hash`` are set once by the sealer; a trigger refuses every other update and
    every delete. ``actor`` is a user's primary key, or null for the tower itself; ``actor_name`` is kept as it was.
    ``group`` is shared by all entries of one request.
    """

    at = models.DateTimeField(db_default=Now())
    actor = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=256)
    verb = models.CharField(max_length=64)
    object_type = models.CharField(max_length=64)
    object_key = models.CharField(max_length=128)
    company = models.BigIntegerField(null=True)
    plant = models.BigIntegerField(null=True)
    group = models.UUIDField(null=True)
    details = models.JSONField(default=dict)
    position = models.BigIntegerField(null=True, unique=True)
    previous_hash = models.BinaryField(max_length=32, null=True)
    hash = models.BinaryField(max_length=32, null=True)

    class Meta:
        indexes = [
            models.Index(fields=["object_type", "object_key", "id"], name="audit_of_a_thing"),
            models.Index(fields=["company", "plant", "-id"], name="audit_of_a_place"),
            models.Index(fields=["id"], condition=models.Q(position=None), name="audit_unsealed"),
        ]
