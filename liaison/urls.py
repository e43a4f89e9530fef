"""Every address of the installation."""

from django.contrib import admin
from django.urls import include, path

from events.admin.chosen import choose_event
from liaison import views
from liaison.saved_lists import keep_list

urlpatterns = [
    path("", include("guests.urls")),
    path("healthz", views.alive, name="alive"),
    path("sw.js", views.service_worker, name="service_worker"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("accounts/", include("allauth.urls")),
    path("language/", views.set_language, name="set_language"),
    path("admin/event/", admin.site.admin_view(choose_event), name="choose_event"),
    path("admin/lists/", admin.site.admin_view(keep_list), name="keep_list"),
    path("admin/", admin.site.urls),
]
