"""The table of contents of the tower's addresses."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("apps.exceptions.urls")),
    path("", include("apps.actions.urls")),
    path("", include("apps.notifications.urls")),
    path("", include("apps.accounts.urls")),
    path("", include("apps.console.urls")),
]
