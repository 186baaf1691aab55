"""Application configuration of intercompany."""

from django.apps import AppConfig


class IntercompanyConfig(AppConfig):
    name = "apps.intercompany"
    label = "intercompany"
    default_auto_field = "django.db.models.BigAutoField"
