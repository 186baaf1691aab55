"""Application configuration of intercompany."""

from importlib import import_module

from django.apps import AppConfig


class IntercompanyConfig(AppConfig):
    name = "apps.intercompany"
    label = "intercompany"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("apps.intercompany.faces")
