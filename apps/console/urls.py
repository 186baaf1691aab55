"""Addresses of console."""

from django.urls import URLPattern, path

from apps.console import audit, pulse, sync

app_name = "console"
urlpatterns: list[URLPattern] = [
    path("audit/", audit.audit, name="audit"),
    path("audit/export.<str:form>", audit.export, name="audit_export"),
    path("freshness/", pulse.pulse, name="freshness"),
    path("sync/", sync.sync, name="sync"),
    path("sync/<int:number>/record/", sync.record, name="record"),
    path("sync/<int:number>/<str:act>/", sync.switch, name="switch"),
]
