"""Every address of the installation."""

from django.contrib import admin
from django.urls import include, path

from liaison import views

urlpatterns = [
    path("", include("guests.urls")),
    path("healthz", views.alive, name="alive"),
    path("accounts/", include("allauth.urls")),
    path("language/", views.set_language, name="set_language"),
    path("admin/", admin.site.urls),
]
