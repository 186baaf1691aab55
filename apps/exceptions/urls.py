"""Addresses of exceptions."""

from django.urls import URLPattern, path

from apps.exceptions import views
from apps.exceptions.acts import ACTS

app_name = "exceptions"
urlpatterns: list[URLPattern] = [
    path("", views.board, name="board"),
    path("counts/", views.counts, name="counts"),
    path("gaps/", views.gaps, name="gaps"),
    path("cases/bulk/", views.bulk, name="bulk"),
    path("cases/<int:key>/", views.case, name="case"),
    *[path(f"cases/<int:key>/{verb}/", views.act, {"verb": verb}, name=verb) for verb in ACTS],
]
