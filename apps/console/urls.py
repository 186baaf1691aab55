"""Addresses of console."""

from django.urls import URLPattern, path

from apps.console import audit

app_name = "console"
urlpatterns: list[URLPattern] = [
    path("audit/", audit.audit, name="audit"),
    path("audit/export.<str:form>", audit.export, name="audit_export"),
]
