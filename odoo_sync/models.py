"""What the mirror knows of itself: connections, cursors, runs, quarantine, promises and changes."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from controltower.lib.keys import MOST_CONNECTION
from odoo_sync import mirror


class Connection(models.Model):
    """One Odoo database that the tower mirrors. Its number is part of every row's key and is never reused.

    ``secret`` is the bot user's API key or password, encrypted with FIELD_KEY. ``identity`` is Odoo's
    database.uuid, or a fingerprint of the companies where the bot may not read it; another database under the old
    address is refused until a person decides. ``writes_enabled`` is the kill switch: off means nothing is sent.
    ``generation`` grows whenever another address or database is meant, or a person has decided which it is: what was
    planned under an earlier one is not sent. Records have kept their meaning since ``history_since``, a generation.
    """

    id = models.AutoField(primary_key=True)
    name = models.CharField(max_length=128, unique=True)
    url = models.URLField(max_length=512)
    database = models.CharField(max_length=128)
    login = models.CharField(max_length=256)
    secret = models.BinaryField()
    identity = models.CharField(max_length=128, blank=True)
    server_version = models.CharField(max_length=64, blank=True)
    capabilities = models.JSONField(default=dict, db_comment="what the probe found: models, missing fields, companies")
    generation = models.IntegerField(default=1, db_comment="grows with every change of what it points at")
    history_since = models.IntegerField(default=1, db_comment="generation since which no record was taken back")
    writes_enabled = models.BooleanField(default=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True, db_comment="another database took its address")
    problem = models.TextField(blank=True, db_comment="why sync does not run, in words for an administrator")
    problem_kind = models.CharField(blank=True, db_comment="letter of errors.py, or identity: wrong database")
    problem_since = models.DateTimeField(null=True, blank=True)
    failures = models.IntegerField(default=0, db_comment="failed passes in a row")
    retry_at = models.DateTimeField(null=True, blank=True, db_comment="sync waits until then after a failure")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["url", "database"],
                condition=models.Q(retired_at=None),
                name="connection_address_is_unique",
            ),
            models.CheckConstraint(
                condition=models.Q(id__gt=0, id__lte=MOST_CONNECTION), name="connection_number_fits_the_key"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Cursor(models.Model):
    """How far one mirror of one connection has been read.

    ``watermark`` is a floored second of Odoo's clock up to which every change has been seen; ``loaded_id`` the last
    Odoo id of the initial load, null ``loaded_at`` while that load is under way; ``as_of`` the moment (our clock) at
    which the last complete pass began: what was committed in Odoo before it is here. ``rescanned_at`` is the last look
    at the long window that catches transactions of many hours, ``swept_at`` the last comparison of all ids,
    ``problem`` why this one mirror cannot be read while others can.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="cursors")
    mirror = models.CharField(max_length=64)
    watermark = models.DateTimeField(null=True)
    loaded_id = models.BigIntegerField(default=0)
    load_started_at = models.DateTimeField(null=True)
    load_total = models.BigIntegerField(null=True)
    loaded_at = models.DateTimeField(null=True)
    as_of = models.DateTimeField(null=True)
    swept_at = models.DateTimeField(null=True)
    rescanned_at = models.DateTimeField(null=True)
    rows = models.BigIntegerField(default=0)
    frozen_reason = models.TextField(blank=True)
    problem = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "mirror"], name="one_cursor_per_mirror")]


class Run(models.Model):
    """One pass over one mirror: initial load, delta or id sweep."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="runs")
    mirror = models.CharField(max_length=64)
    kind = models.CharField(max_length=16)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    rows_read = models.BigIntegerField(default=0)
    rows_changed = models.BigIntegerField(default=0)
    rows_gone = models.BigIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["connection", "mirror", "-started_at"], name="runs_latest_first")]


class Announcement(models.Model):
    """Rows that have changed, written down with the change: gone once everybody who listens has taken it.

    Whoever changed them has until ``next_at`` to tell of it; then somebody else does.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    mirror = models.CharField(max_length=64)
    ids = ArrayField(models.BigIntegerField())
    made_at = models.DateTimeField(db_default=Now())
    next_at = models.DateTimeField()
    tries = models.IntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["next_at"], name="announcements_by_time")]


class Quarantine(models.Model):
    """A row that could not be converted: kept with its reason, tried again, never dropped."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="quarantine")
    mirror = models.CharField(max_length=64)
    odoo_id = models.BigIntegerField()
    reason = models.TextField()
    attempts = models.IntegerField(default=1)
    since = models.DateTimeField(db_default=Now())
    tried_at = models.DateTimeField(db_default=Now())
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "mirror", "odoo_id"],
                condition=models.Q(released_at=None),
                name="one_open_quarantine_per_row",
            )
        ]


class Suspect(models.Model):
    """A row that an id sweep did not find once. Found again, it is forgotten; absent twice, the row is gone."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="suspects")
    mirror = models.CharField(max_length=64)
    row = models.BigIntegerField()
    since = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mirror", "row"], name="one_suspicion_per_row")]


class Recheck(models.Model):
    """One look at Odoo that a person asked for: all ids compared, or one record read anew. One at a time of each.

    ``asked_by`` is the key of a person, whom this package does not know. ``alive_at`` moves with the progress: an open
    one that has not moved for long was lost with its worker. ``done`` of ``total`` mirrors are compared;
    ``details`` say what was found, in figures and names of fields, never in values.
    """

    class Kind(models.TextChoices):
        SWEEP = "sweep"
        RECORD = "record"

    class Outcome(models.TextChoices):
        COMPARED = "compared"
        SAME = "same"
        CHANGED = "changed"
        NEW = "new"
        ABSENT = "absent"
        HELD = "held"
        FAILED = "failed"
        LOST = "lost"

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="rechecks")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    mirror = models.CharField(max_length=64, blank=True)
    odoo_id = models.BigIntegerField(null=True)
    asked_by = models.BigIntegerField()
    asked_by_name = models.CharField(max_length=256)
    asked_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    alive_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    outcome = models.CharField(max_length=16, choices=Outcome.choices, blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "kind", "mirror", "odoo_id"],
                condition=models.Q(ended_at=None),
                nulls_distinct=False,
                name="one_open_recheck_of_a_thing",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="record", odoo_id__isnull=False) | models.Q(kind="sweep", odoo_id=None),
                name="a_recheck_names_its_record",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None, outcome="")
                | models.Q(ended_at__isnull=False) & ~models.Q(outcome=""),
                name="an_ended_recheck_says_how",
            ),
        ]
        indexes = [models.Index(fields=["connection", "-id"], name="rechecks_latest_first")]


class Promise(models.Model):
    """One value that a promised date has had. Append-only: the first, the last and all between are kept.

    ``seen_at`` is when the tower read it, ``written_at`` Odoo's write_date of that version. A null ``promised_at`` says
    that the promise was taken back.
    """

    mirror = models.CharField(max_length=64)
    row = models.BigIntegerField()
    field = models.CharField(max_length=32)
    promised_at = models.DateTimeField(null=True)
    written_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["row"], name="promises_by_row")]


class Change(models.Model):
    """One change of a field whose past is kept (``Source.history``), because Odoo overwrites it. Append-only.

    ``before`` and ``after`` are the stored values as PostgreSQL writes them; null means none. ``seen_at`` is when the
    tower read it, ``written_at`` Odoo's write_date of the new version; what changed twice between two reads is one
    change.
    """

    mirror = models.CharField(max_length=64)
    row = models.BigIntegerField()
    field = models.CharField(max_length=32)
    before = models.TextField(null=True)
    after = models.TextField(null=True)
    written_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["row"], name="changes_by_row")]


for _module in iter_modules(mirror.__path__):
    import_module(f"odoo_sync.mirror.{_module.name}")
