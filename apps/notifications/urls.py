"""Addresses of notifications."""

from django.urls import URLPattern, path

from apps.notifications import post_views, views

app_name = "notifications"
urlpatterns: list[URLPattern] = [
    path("notifications/", views.messages, name="list"),
    path("notifications/read/", views.read_all, name="read_all"),
    path("notifications/preferences/", views.preferences, name="preferences"),
    path("notifications/mail/", post_views.mail, name="mail"),
    path("notifications/mail/<uuid:key>/again/", post_views.again, name="mail_again"),
    path("notifications/<int:message>/read/", views.read, name="read"),
    path("notifications/<int:message>/unread/", views.unread, name="unread"),
]
