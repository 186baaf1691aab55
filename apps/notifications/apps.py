"""Application configuration of notifications."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "apps.notifications"
    label = "notifications"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from apps.notifications.channels import channels
        from apps.notifications.kinds import kinds

        channels.discover()
        kinds.discover()
