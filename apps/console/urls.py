"""Addresses of console."""

from django.urls import URLPattern, path

from apps.console import audit, pulse, sync
from apps.console.settings import connect, connections, escalation, home, limits, machines

app_name = "console"
urlpatterns: list[URLPattern] = [
    path("audit/", audit.audit, name="audit"),
    path("audit/export.<str:form>", audit.export, name="audit_export"),
    path("freshness/", pulse.pulse, name="freshness"),
    path("settings/", home.home, name="settings"),
    path("settings/limits/", limits.limits, name="settings_limits"),
    path("settings/limits/<str:key>/", limits.rule, name="settings_rule"),
    path("settings/score/", limits.score, name="settings_score"),
    path("settings/approvals/", limits.approvals, name="settings_approvals"),
    path("settings/machines/", machines.machines, name="settings_machines"),
    path("settings/machines/<int:key>/", machines.machine, name="settings_machine"),
    path("settings/escalation/", escalation.escalation, name="settings_escalation"),
    path("settings/escalation/new/", escalation.path, name="settings_new_path"),
    path("settings/escalation/<int:key>/", escalation.path, name="settings_path"),
    path("settings/connections/", connections.connections, name="settings_connections"),
    path("settings/connections/stop-writes/", connections.stop_writes, name="settings_stop_writes"),
    path("settings/connections/new/", connect.connect, name="settings_new_connection"),
    path("settings/connections/new/<str:step>/", connect.connect, name="settings_connect"),
    path("settings/connections/<int:number>/", connections.connection, name="settings_connection"),
    path("settings/connections/<int:number>/edit/", connections.edit, name="settings_connection_edit"),
    path("settings/connections/<int:number>/remove/", connections.remove, name="settings_connection_remove"),
    path("sync/", sync.sync, name="sync"),
    path("sync/<int:number>/record/", sync.record, name="record"),
    path("sync/<int:number>/<str:act>/", sync.switch, name="switch"),
]
