"""Application configuration of the wiring: no process starts with unsafe settings, and every one finds the queue."""

from django.apps import AppConfig

from controltower.celery import app as celery_app

__all__ = ["ControltowerConfig", "celery_app"]


class ControltowerConfig(AppConfig):
    """Loading this module makes the Celery application the current one, wherever Django runs."""

    name = "controltower"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from controltower.checks import refuse_unsafe

        refuse_unsafe()
