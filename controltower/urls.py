"""The table of contents of the tower's addresses."""

from django.urls import URLPattern, URLResolver, include, path

from controltower import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("apps.exceptions.urls")),
    path("", include("apps.actions.urls")),
    path("", include("apps.notifications.urls")),
    path("", include("apps.accounts.urls")),
    path("", include("apps.console.urls")),
    path("health/live", health.live, name="live"),
    path("health/ready", health.ready, name="ready"),
]

handler400 = "controltower.error_pages.bad_request"
handler403 = "controltower.error_pages.permission_denied"
handler404 = "controltower.error_pages.not_found"
handler500 = "controltower.error_pages.server_error"
