"""Addresses of accounts."""

from django.urls import URLPattern, path

from apps.accounts import people_views, views

app_name = "accounts"
urlpatterns: list[URLPattern] = [
    path("sign-in/", views.SignIn.as_view(), name="sign_in"),
    path("sign-out/", views.SignOut.as_view(), name="sign_out"),
    path("me/", views.preferences, name="preferences"),
    path("me/theme/", views.theme, name="theme"),
    path("me/password/", views.Password.as_view(), name="password"),
    path("people/", people_views.directory, name="people"),
    path("people/new/", people_views.new, name="new_person"),
    path("people/<int:key>/", people_views.person, name="person"),
    path("people/<int:key>/details/", people_views.details, name="person_details"),
    path("people/<int:key>/give/", people_views.give, name="give"),
    path("people/<int:key>/take/<int:grant>/", people_views.take, name="take"),
    *[
        path(f"people/<int:key>/{act}/", people_views.activity, {"act": act}, name=f"{act}_person")
        for act in ("deactivate", "reactivate", "password")
    ],
]
