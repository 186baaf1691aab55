"""The wiring of the control tower, and a small library below everything."""

from controltower.celery import app as celery_app

__all__ = ["celery_app"]
