"""Every address of the installation."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from events.admin.chosen import choose_event
from liaison import views
from liaison.accounts import views as accounts
from liaison.saved_lists import keep_list
from liaison.watching import probes, status

urlpatterns = [
    path("", include("guests.urls")),
    path("healthz", probes.alive, name="alive"),
    path("readyz", probes.ready, name="ready"),
    path("metrics", probes.metrics, name="metrics"),
    path("sw.js", views.service_worker, name="service_worker"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("accounts/login/", accounts.SignInView.as_view(), name="account_login"),
    path("accounts/over/", accounts.sign_in_over, name="sign_in_over"),
    path("accounts/sessions/<int:pk>/end/", accounts.end_session, name="end_session"),
    path("accounts/sessions/end/", accounts.end_all_sessions, name="end_all_sessions"),
    path(
        "accounts/2fa/webauthn/", RedirectView.as_view(pattern_name="mfa_index"), name="passkeys"
    ),  # all on one page
    path("accounts/", include("allauth.urls")),
    path("language/", views.set_language, name="set_language"),
    path("admin/event/", admin.site.admin_view(choose_event), name="choose_event"),
    path("admin/lists/", admin.site.admin_view(keep_list), name="keep_list"),
    path("admin/status/", admin.site.admin_view(status.status), name="status"),
    path("admin/", admin.site.urls),
]

handler500 = views.fell_over
