"""Application configuration of exceptions."""

from importlib import import_module

from django.apps import AppConfig


class ExceptionsConfig(AppConfig):
    name = "apps.exceptions"
    label = "exceptions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from apps.exceptions.definition import detectors

        detectors.discover()
        import_module("apps.exceptions.receivers")
