"""Addresses of notifications."""

from django.urls import URLPattern, path

from apps.notifications import views

app_name = "notifications"
urlpatterns: list[URLPattern] = [
    path("notifications/", views.messages, name="list"),
    path("notifications/read/", views.read_all, name="read_all"),
    path("notifications/<int:message>/read/", views.read, name="read"),
]
