"""People and the roles they hold per company and plant."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from apps.accounts.roles import Role
from odoo_sync.mirror.base import Many2one

NAME_TAKEN = _("Somebody signs in with this name already, if in other upper and lower case. Choose another name.")


class User(AbstractUser):
    """A person who signs in. What they may see and do comes from their grants alone, also for superusers."""

    time_zone = models.CharField(max_length=64, default="UTC")
    theme = models.CharField(
        max_length=8, default="system", choices=[("system", "system"), ("light", "light"), ("dark", "dark")]
    )

    class Meta(AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="sign_in_names_differ_by_more_than_case",
                violation_error_message=NAME_TAKEN,
            )
        ]

    @property
    def shown_name(self) -> str:
        return self.get_full_name() or self.username


class Grant(models.Model):
    """One role of one person in one company or plant. No company means the whole group; no plant all of the company."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=32, choices=Role.choices)
    company = Many2one("odoo_sync.Company")
    plant = Many2one("odoo_sync.Warehouse")
    granted_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    granted_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(plant=None) | models.Q(company__isnull=False), name="a_plant_grant_names_its_company"
            ),
            models.UniqueConstraint(
                fields=["user", "role", "company", "plant"], nulls_distinct=False, name="one_grant_per_role_and_place"
            ),
        ]
