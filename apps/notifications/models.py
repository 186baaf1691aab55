"""What people have been told."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


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
