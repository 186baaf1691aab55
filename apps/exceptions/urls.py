"""Addresses of exceptions."""

from django.urls import URLPattern

app_name = "exceptions"
urlpatterns: list[URLPattern] = []
