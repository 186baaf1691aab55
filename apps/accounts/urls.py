"""Addresses of accounts."""

from django.urls import URLPattern, path

from apps.accounts import views

app_name = "accounts"
urlpatterns: list[URLPattern] = [
    path("sign-in/", views.SignIn.as_view(), name="sign_in"),
    path("sign-out/", views.SignOut.as_view(), name="sign_out"),
    path("me/", views.preferences, name="preferences"),
    path("me/theme/", views.theme, name="theme"),
    path("me/password/", views.Password.as_view(), name="password"),
]
