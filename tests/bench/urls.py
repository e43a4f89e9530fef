"""The app's addresses, and the bare views that its pages are measured against."""

from django.urls import include, path

from tests.bench import views

urlpatterns = [
    path("", include("liaison.urls")),
    path("bench/<int:event>/five/", views.five, name="bench_five"),
    path("bench/<int:event>/hundred/", views.hundred, name="bench_hundred"),
    path("bench/<int:event>/one/", views.one, name="bench_one"),
]
