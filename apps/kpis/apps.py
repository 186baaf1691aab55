"""Application configuration of kpis."""

from django.apps import AppConfig


class KpisConfig(AppConfig):
    name = "apps.kpis"
    label = "kpis"
    default_auto_field = "django.db.models.BigAutoField"
