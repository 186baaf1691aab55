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
            models.Index(fields=["actor", "-id"], name="audit_of_a_person"),
            models.Index(fields=["verb", "-id"], name="audit_of_a_verb"),
            models.Index(fields=["group"], name="audit_of_a_request"),
            models.Index(fields=["at"], name="audit_by_time"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(position=None, previous_hash=None, hash=None)
                | models.Q(position__gt=0, previous_hash__isnull=False, hash__isnull=False),
                name="a_sealed_entry_has_position_and_both_hashes",
            )
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_type} {self.object_key}"


class DailyRoot(models.Model):
    """What the chain came to at the first sealing of a UTC day: how many entries, and the hash of the last.

    Kept under the same trigger as the entries. Only a copy outside of this database proves that no tail was cut.
    """

    day_on = models.DateField(unique=True)
    count = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)
    noted_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.day_on}: {self.count}"


class Verification(models.Model):
    """One check of the whole chain: what it counted, what the chain came to, and the first flaws where it did not hold.

    A note for readers, not evidence: evidence is the chain itself, checked again. Kept under a trigger like theirs, so
    that what was found stays found.
    """

    at = models.DateTimeField(db_default=Now())
    count = models.BigIntegerField()
    root = models.BinaryField(max_length=32)
    flaws = models.JSONField(default=list, db_comment="the first flaws in words; empty when the chain held")

    def __str__(self) -> str:
        return f"{self.at}: {self.count}"
