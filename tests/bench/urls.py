"""The app's addresses, and the two bare views that today's screen is measured against."""

from django.urls import include, path

from tests.bench import views

urlpatterns = [
    path("", include("liaison.urls")),
    path("bench/<int:event>/five/", views.five, name="bench_five"),
    path("bench/<int:event>/one/", views.one, name="bench_one"),
]
