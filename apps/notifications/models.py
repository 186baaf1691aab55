"""What people have been told, and who is told next when nobody acts."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from odoo_sync.mirror.base import Many2one


class Notification(models.Model):
    """One message for one person about one thing; unread until ``read_at``."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=64)
    about_type = models.CharField(max_length=64)
    about_key = models.CharField(max_length=128)
    text = models.CharField(max_length=512)
    url = models.CharField(max_length=512, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "read_at", "-id"], name="notifications_of_a_person")]


class Occasion(models.TextChoices):
    """What nobody has acted on."""

    CASE = "case", _("A case that nobody acknowledges")
    APPROVAL = "approval", _("A request that nobody decides")


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
    """One person of an escalation path, told ``after`` so long without an act."""

    path = models.ForeignKey(EscalationPath, on_delete=models.CASCADE, related_name="contacts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    after = models.DurationField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["path", "user"], name="a_person_once_per_escalation_path"),
            models.CheckConstraint(
                condition=models.Q(after__gte=timedelta(minutes=1), after__lte=timedelta(days=30)),
                name="an_escalation_waits_a_minute_to_thirty_days",
            ),
        ]
