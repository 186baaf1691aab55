"""Addresses of exceptions."""

from django.urls import URLPattern, path

from apps.exceptions import views

app_name = "exceptions"
urlpatterns: list[URLPattern] = [
    path("", views.board, name="board"),
    path("cases/<int:key>/", views.board, name="case"),
]
