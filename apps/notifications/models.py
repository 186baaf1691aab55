"""What people have been told and how they wish it, the mail that was made of it, and who is told when nobody acts."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from odoo_sync.mirror.base import Many2one


class Way(models.TextChoices):
    """How a notification can reach a person."""

    PAGE = "page", _("In the tower")
    MAIL = "mail", _("By e-mail")


class Notification(models.Model):
    """One message for one person about one thing; unread until ``read_at``.

    ``company`` and ``plant`` are where the thing belonged when it was told: who may no longer see that place no longer
    reads the message. One that is not ``placed`` is about nothing that has a place, and stays its reader's.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=64)
    about_type = models.CharField(max_length=64)
    about_key = models.CharField(max_length=128)
    company = Many2one("odoo_sync.Company")
    plant = Many2one("odoo_sync.Warehouse")
    placed = models.BooleanField(default=False)
    text = models.CharField(max_length=512)
    url = models.CharField(max_length=512, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "read_at", "-id"], name="notifications_of_a_person")]

    def __str__(self) -> str:
        return self.text


class Choice(models.Model):
    """Whether a person wants one topic by one way; without a row it is as the topic has it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notification_choices")
    topic = models.CharField(max_length=32)
    way = models.CharField(max_length=8, choices=Way.choices)
    wanted = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "topic", "way"], name="one_choice_per_person_topic_and_way")
        ]


class QuietHours(models.Model):
    """Between which hours of their own zone a person gets no mail; past midnight where the end comes first."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="quiet_hours")
    begins_at = models.TimeField()
    ends_at = models.TimeField()
    lets_escalations = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(begins_at=models.F("ends_at")), name="quiet_hours_last_a_while")
        ]


class MailState(models.TextChoices):
    """Where a mail stands."""

    WAITING = "waiting", _("waiting")
    SENT = "sent", _("sent")
    SKIPPED = "skipped", _("not needed")
    FAILED = "failed", _("failed")


class Mail(models.Model):
    """One mail to one person, made of one or more notifications. Its key is its Message-ID, also when sent again.

    ``handed_at`` is written just before the mail server gets it: where it stands without a verdict, nobody knows
    whether the server took it, and it goes again under the same Message-ID. ``lease_until`` belongs to the process
    that has it. ``address`` is the last one that was tried. ``message`` says why it waits, was not needed or failed.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mails")
    address = models.EmailField(blank=True)
    state = models.CharField(max_length=8, choices=MailState.choices, default=MailState.WAITING)
    attempts = models.IntegerField(default=0)
    next_at = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField(null=True)
    handed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    message = models.CharField(max_length=512, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="waiting", ended_at=None)
                | (~models.Q(state="waiting") & models.Q(ended_at__isnull=False)),
                name="a_mail_that_ended_says_when",
            )
        ]
        indexes = [models.Index(fields=["next_at"], condition=models.Q(state="waiting"), name="mails_to_send")]


class SendingState(models.TextChoices):
    """What became of one notification on its way by mail."""

    WAITING = "waiting", _("waiting")
    SENT = "sent", _("sent")
    SKIPPED = "skipped", _("not sent")
    FAILED = "failed", _("failed")


class Sending(models.Model):
    """One notification on its way by mail, once; ``why`` says what kept it from being sent."""

    notification = models.OneToOneField(Notification, on_delete=models.CASCADE, related_name="sending")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    mail = models.ForeignKey(Mail, null=True, on_delete=models.CASCADE, related_name="sendings")
    state = models.CharField(max_length=8, choices=SendingState.choices, default=SendingState.WAITING)
    urgent = models.BooleanField(default=False)
    why = models.CharField(max_length=128, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(
                fields=["user", "created_at"],
                condition=models.Q(state="waiting", mail=None),
                name="sendings_to_gather",
            )
        ]


class Occasion(models.TextChoices):
    """What nobody has acted on."""

    CASE = "case", _("A case that nobody acknowledges")
    APPROVAL = "approval", _("A request that nobody decides")


class Escalation(models.Model):
    """One contact was told that one thing waits, ``since`` when it has waited: once each time that it waits."""

    occasion = models.CharField(max_length=16, choices=Occasion.choices)
    about_key = models.CharField(max_length=128)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()
    told_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["occasion", "about_key", "user", "since"], name="a_contact_is_told_once_each_time"
            )
        ]


class EscalationPath(models.Model):
    """Who is told, one after another, when nobody acts in one place: the whole list of that place.

    An empty ``domain`` means every domain, no company the whole group, no plant all of the company. ``version`` grows
    with each change; who changes it names the version that was seen.
    """

    occasion = models.CharField(max_length=16, choices=Occasion.choices)
    domain = models.CharField(max_length=16, blank=True)
    company = Many2one("odoo_sync.Company")
    plant = Many2one("odoo_sync.Warehouse")
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(db_default=Now())
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["occasion", "domain", "company", "plant"],
                nulls_distinct=False,
                name="one_escalation_path_per_place",
            ),
            models.CheckConstraint(
                condition=models.Q(plant=None) | models.Q(company__isnull=False),
                name="an_escalation_path_of_a_plant_names_its_company",
            ),
        ]

    @property
    def place_name(self) -> str:
        """Where it holds, in words; the mirror's keys where it no longer has a name."""
        named = [(self.company_id, self.company), (self.plant_id, self.plant)]
        return ", ".join(str(one or f"#{key}") for key, one in named if key is not None) or settings.GROUP_NAME

    @property
    def rank(self) -> tuple[bool, bool, bool]:
        """What is more specific is greater: first by place, and in one place by domain."""
        return self.plant_id is not None, self.company_id is not None, bool(self.domain)


class EscalationContact(models.Model):
    """One person of an escalation path, told ``after`` so long without an act.

    ``named_at``: what waited before somebody was named waits from then on for them, so that a new path does not tell
    of everything at once.
    """

    path = models.ForeignKey(EscalationPath, on_delete=models.CASCADE, related_name="contacts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    after = models.DurationField()
    named_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["path", "user"], name="a_person_once_per_escalation_path"),
            models.CheckConstraint(
                condition=models.Q(after__gte=timedelta(minutes=1), after__lte=timedelta(days=30)),
                name="an_escalation_waits_a_minute_to_thirty_days",
            ),
        ]
