"""Addresses of actions."""

from django.urls import URLPattern, path

from apps.actions import views

app_name = "actions"
urlpatterns: list[URLPattern] = [
    path("actions/<str:key>/<int:subject>/", views.propose, name="propose"),
    path("approvals/", views.inbox, name="inbox"),
    path("requests/<uuid:key>/", views.show, name="request"),
    path("requests/<uuid:key>/progress/", views.follow, name="progress"),
    path("requests/<uuid:key>/approve/", views.approve, name="approve"),
    path("requests/<uuid:key>/reject/", views.reject, name="reject"),
    path("requests/<uuid:key>/withdraw/", views.withdraw, name="withdraw"),
    path("requests/<uuid:key>/undo/", views.undo, name="undo"),
    path("requests/<uuid:key>/again/", views.again, name="again"),
]
