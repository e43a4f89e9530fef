"""Addresses around guests."""

from django.contrib.admin import site
from django.urls import path

from guests.admin import timeline
from guests.views import (
    board,
    contacts,
    feeds,
    guest_links,
    guest_screen,
    handover,
    incidents,
    late,
    paper,
    phone,
    press,
    report,
)

urlpatterns = [
    path("", phone.home, name="home"),
    path("today/", phone.today, name="today"),
    path("visits/<int:pk>/", phone.visit, name="visit"),
    path("visits/<int:pk>/private/", phone.read_private, name="read_private"),
    path("visits/<int:pk>/requests/", phone.log_request, name="log_request"),
    path("visits/<int:pk>/status/", phone.set_status, name="set_status"),
    path("visits/<int:pk>/status/undo/", phone.undo_status, name="undo_status"),
    path("visits/<int:pk>/late/", late.late, name="late"),
    path("visits/<int:pk>/incident/", incidents.incident, name="incident"),
    path("visits/<int:pk>/sos/", incidents.sos, name="sos"),
    path("visits/<int:pk>/report/", report.report, name="report"),
    path("visits/<int:pk>/hand-over/", handover.hand_over, name="hand_over"),
    path("handovers/<int:pk>/", handover.handover, name="handover"),
    path("handovers/<int:pk>/accept/", handover.accept, name="accept_handover"),
    path("handovers/<int:pk>/decline/", handover.decline, name="decline_handover"),
    path("handovers/<int:pk>/withdraw/", handover.withdraw, name="withdraw_handover"),
    path("requests/<int:pk>/done/", phone.close_request, name="close_request"),
    path("calendar/", feeds.own_calendars, name="own_calendars"),
    path("visits/<int:pk>/calendar/", feeds.guest_calendar, name="guest_calendar"),
    path("calendars/<int:pk>/revoke/", feeds.revoke_calendar, name="revoke_calendar"),
    path("calendars/<str:secret>.ics", feeds.feed, name="calendar_feed"),
    path("visits/<int:pk>/guest/", guest_screen.guest_screen, name="guest_screen"),
    path("visits/<int:pk>/guest/links/", guest_links.guest_links, name="guest_links"),
    path("guest-links/<int:pk>/revoke/", guest_links.revoke_guest_link, name="revoke_guest_link"),
    path("g/<str:secret>/", guest_screen.shared_screen, name="shared_screen"),
    path("contacts.vcf", contacts.own_contacts, name="own_contacts"),
    path("visits/<int:pk>/handout/", paper.print_handout, name="print_handout"),
    path("prints/<int:pk>/handout.pdf", paper.handout, name="handout"),
    path("print-runs/<int:pk>/file.pdf", paper.print_run_file, name="print_run_file"),
    path("board/<slug:slug>/", board.board, name="board"),
    path("board/<slug:slug>/state", board.board_state, name="board_state"),
    path("press/<slug:slug>/", press.press, name="press"),
    path("admin/timeline/", site.admin_view(timeline.timelines), name="timelines"),
    path("admin/timeline/<slug:slug>/", site.admin_view(timeline.timeline), name="timeline"),
    path("admin/timeline/<slug:slug>/assign/<int:pk>/", site.admin_view(timeline.fill_gap), name="fill_gap"),
]
