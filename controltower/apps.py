"""Application configuration of the wiring: no process starts with unsafe settings."""

from django.apps import AppConfig


class ControltowerConfig(AppConfig):
    name = "controltower"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from controltower.checks import refuse_unsafe

        refuse_unsafe()
