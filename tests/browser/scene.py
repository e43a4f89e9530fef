"""A full day for the browser: one guest with everything, one with too much, one who just landed, one for tomorrow."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.urls import reverse

from events.models import Event, Membership, Role, Venue
from guests.models import (
    Assignment,
    DayReport,
    GuestPrivate,
    Handover,
    LogbookEntry,
    Movement,
    Print,
    Request,
    RequestComment,
    Visit,
)
from guests.print_links import secret_of
from guests.prints import print_day_sheet, print_handout
from liaison.accounts.models import User
from liaison.notices.acknowledging import address_for
from liaison.notices.models import Delivery, Notice, PushSubscription
from liaison.notices.stopping import stop_address_for
from tests.factories import (
    NOW,
    make_assignment,
    make_contact,
    make_delegation,
    make_document,
    make_event,
    make_guest,
    make_item,
    make_member,
    make_note,
    make_request,
    make_session,
    make_user,
    make_vehicle,
    make_venue,
    make_visit,
)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LONG = (
    "Yang Mulia Prof. Dr. Ir. Maharani Kusumawardhani Wijayakusuma Adiningrat Soerjodiningrat Mangkoenagoro "
    * 2
)
PASSKEY = {  # as a browser sends one that nobody vouches for, made for this place once and for all
    "id": "YSBwYXNza2V5IG9mIHRoZSB0ZXN0cw",
    "rawId": "YSBwYXNza2V5IG9mIHRoZSB0ZXN0cw",
    "type": "public-key",
    "response": {
        "clientDataJSON": "eyJ0eXBlIjogIndlYmF1dGhuLmNyZWF0ZSIsICJjaGFsbGVuZ2UiOiAiQUEiLCAib3JpZ2luIjogImh0dHA6Ly9sb2NhbGhvc3QifQ",
        "attestationObject": "o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YViaSZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2NFAAAAAQAAAAAAAAAAAAAAAAAAAAAA"
        "FmEgcGFzc2tleSBvZiB0aGUgdGVzdHOlAQIDJiABIVggRgJK4A_2DwGiScWVyfNktXKUTwjeBULfWBXV027WGkIiWCBbKpRAsl-am5LoksjEUWcPM_22"
        "ZhycSWIKC4sgdaqCIQ",
    },
    "clientExtensionResults": {"credProps": {"rk": True}},
}
ONE_WORD = "Wolfeschlegelsteinhausenbergerdorff" * 6


@dataclass(frozen=True)
class Scene:
    """Who is there: Sari looks after four guests, Citra after none, Putri writes for the press, Ratna runs it all."""

    event: Event
    sari: User
    citra: User
    putri: User
    ratna: User
    nobody: User
    secured: User
    key: Authenticator
    sato: Visit
    long: Visit
    idle: Visit
    tomorrow: Visit
    offer: Handover
    asked: Request
    sheet: Print
    since_path: str
    reminder_path: str
    answered_path: str
    stop_path: str
    failed: Notice


def _printed_before(visit: Visit, officer: User) -> tuple[Print, str]:
    """A day sheet, and where the code of a handout leads, both printed when the day looked a little otherwise."""
    sheet = print_day_sheet(visit=visit, day=NOW.date(), holder=officer, by=officer, at=NOW - HOUR)
    sheet.data |= {"diet": "Vegetarian", "duties": sheet.data["duties"][1:], "red_lines": []}
    handout = print_handout(visit=visit, by=officer, at=NOW - HOUR)
    first, *later = handout.data["days"][0]["items"]
    moved = [{**one, "starts_at": first["starts_at"]} for one in later]
    handout.data["days"][0]["items"] = moved
    Print.objects.bulk_update([sheet, handout], ["data"])
    return sheet, reverse("since_printed", args=[secret_of(handout.pk)])


def build_scene() -> Scene:
    """The scene as of NOW, in whatever database is at hand."""
    event = make_event(slug="forum-nusantara", name="Forum Nusantara 2027")
    people = {
        "sari": make_user("Sari Wulandari", email="sari@example.org", phone="+6281234567890"),
        "citra": make_user("Citra Dewi", email="citra@example.org"),
        "putri": make_user("Putri Ayu", email="putri@example.org"),
        "ratna": make_user("Ratna Kusuma", email="ratna@example.org", phone="+6281298765432"),
        "nobody": make_user("Nur Aini", email="nobody@example.org"),
        "secured": make_user("Bagus Aman", email="bagus.secured@example.org"),
    }
    officer = make_member(people["sari"], event)
    citra = make_member(people["citra"], event)
    make_member(people["putri"], event, Role.PRESS)
    make_member(people["ratna"], event, Role.COORDINATOR)
    visits = {
        "sato": _everything(event, people["sari"]),
        "long": _too_much(event, people["sari"]),
        "idle": make_visit(
            event,
            make_guest("Ana Lim", addressed_as="Ms Lim", country="SG"),
            status=Movement.LANDED,
            status_at=NOW - 2 * MINUTE,
        ),
        "tomorrow": make_visit(
            event, make_guest("Chidi Okafor", addressed_as="Minister Okafor", country="NG")
        ),
    }
    for name, visit in visits.items():
        starts_at = NOW + 22 * HOUR if name == "tomorrow" else NOW - DAY
        make_assignment(visit, officer, starts_at=starts_at)
    deputy = make_member(make_user("Bagus Pratama", phone="+6281211112222"), event)
    make_assignment(visits["sato"], deputy, role=Assignment.Role.DEPUTY)
    _programme(event)
    offer = _offered(visits["idle"], citra)
    DayReport.objects.create(
        visit=visits["idle"], officer=people["sari"], day=NOW.date(), text=LONG * 4, signed_at=NOW - MINUTE
    )
    asked = Request.objects.get(visit=visits["sato"], text="Second umbrella at the door")
    for device in ("Chrome, Android", "Safari, iPhone"):
        PushSubscription.objects.create(
            user=people["sari"],
            endpoint=f"https://push.example/{device}",
            device=device,
            created_at=NOW - DAY,
        )
    first, second, *others = _told(people["sari"], visits)
    links = {
        "reminder_path": urlsplit(address_for(first)).path,
        "answered_path": urlsplit(address_for(second)).path,
        "stop_path": urlsplit(stop_address_for(Notice(recipient=people["sari"], kind="agenda"))).path,
    }
    sheet, links["since_path"] = _printed_before(visits["sato"], people["sari"])
    key = _secured(people["secured"])
    made = {"event": event, "offer": offer, "asked": asked, "failed": others[2], "key": key, "sheet": sheet}
    return Scene(**made, **links, **people, **visits)  # type: ignore[arg-type]


def _everything(event: Event, officer: User) -> Visit:
    guest = make_guest(
        "Kenji Sato",
        addressed_as="Mr Sato",
        honorific_before="H.E.",
        native_name="佐藤健二",
        pronunciation="SAH-toh KEN-jee",
        office="Governor",
        organisation="Bank of Japan",
        country="JP",
        languages=["ja", "en"],
        diet="No shellfish",
    )
    hotel = make_venue(event, "Ayana Komodo", kind=Venue.Kind.HOTEL, address="Jalan Pantai Barat 12")
    hall = make_venue(event, "Grand Ballroom Komodo", latitude=-8.5132, longitude=119.8746)
    visit = make_visit(
        event, guest, level=Visit.Level.VVIP, rank=1, hotel=hotel, room="512", status=Movement.AT_HOTEL,
        status_at=NOW - 70 * MINUTE, arrives_at=NOW - 20 * HOUR, departs_at=NOW + 30 * HOUR, companions=2,
        companions_note="spouse and one aide, +81 90-1234-5678", photo_consent="given", press_consent="refused",
        delegation=make_delegation(event, "Japan"),
    )  # fmt: skip
    car = make_vehicle(event, "DK 1234 XY", "Made Wirawan")
    make_item(
        visit, "To the opening", kind="transfer", starts_at=NOW + 40 * MINUTE, leave_by_at=NOW + 25 * MINUTE,
        ends_at=NOW + 55 * MINUTE, origin=hotel, venue=hall, vehicle=car, car_at_door_at=NOW - 5 * MINUTE,
        greeter="Ratna Kusuma",
    )  # fmt: skip
    make_item(
        visit,
        "Opening ceremony",
        kind="ceremony",
        starts_at=NOW + HOUR,
        venue=hall,
        dress="Batik",
        seat="A-1",
    )
    make_item(visit, "Bilateral with Singapore", starts_at=NOW + 4 * HOUR, venue=hall, state="tentative")
    make_item(visit, "Dinner by the sea", kind="meal", starts_at=NOW + 10 * HOUR, precision="approximate")
    make_item(
        visit, "Flight home", kind="flight", flight_number="GA 451", starts_at=NOW + 30 * HOUR, vehicle=car
    )
    make_item(visit, "Golf", starts_at=None, precision="tbc", state="tentative")
    make_note(
        event, "Severe shellfish allergy: carries an EpiPen", guest=guest, topic="medical", is_red_line=True
    )
    make_note(
        event, "Bow slightly; wait for the hand", country="JP", topic="greeting", source="MFA protocol desk"
    )
    make_note(
        event, "Use the family name with “Governor”", guest=guest, topic="address", source="Embassy, 3 May"
    )
    make_note(event, "Do not pat the shoulder", country="JP", topic="dont")
    make_note(event, "No business before tea is served", guest=guest, topic="dont")
    make_note(event, "No flash in the ballroom", topic="other", source="House rules")
    asked = make_request(
        visit, officer, "Second umbrella at the door", due_at=NOW - 10 * MINUTE, raised_at=NOW - 40 * MINUTE
    )
    RequestComment.objects.create(
        request=asked,
        author=officer,
        text="The hotel has none left; the driver buys one.",
        written_at=NOW - 20 * MINUTE,
    )
    make_request(visit, officer, "", category=Request.Category.PRAYER, raised_at=NOW - 5 * MINUTE)
    closed_at = NOW - 2 * HOUR
    make_request(
        visit, officer, "Tea without sugar", state="done", closed_at=closed_at, raised_at=NOW - 3 * HOUR
    )
    for ago, status in (
        (19 * HOUR, Movement.LANDED),
        (18 * HOUR, Movement.IN_CAR),
        (70 * MINUTE, Movement.AT_HOTEL),
    ):
        LogbookEntry.objects.create(
            visit=visit, kind="status", status=status, author=officer, happened_at=NOW - ago
        )
    make_contact(event, "Security command post", venue=hall, note="Day and night")
    make_contact(event, "Doctor on call", function="medical", phone="+6281299990001")
    make_contact(event, "Front desk", function="hotel", phone="+62385400000", venue=hotel)
    make_document(visit, "Invitation")
    make_document(visit, "Seating plan of the opening", kind="png")
    make_document(visit, "Passport of the spouse", is_private=True)
    GuestPrivate.objects.create(
        guest=guest, health="Carries an EpiPen.\nBlood group A+.", phones="+81 90 1234 5678"
    )
    return visit


def _secured(person: User) -> Authenticator:
    """Whoever has all second factors there are, and is signed in on two devices; the passkey of a name much too long."""
    TOTP.activate(person, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(person)
    agents = (
        "Mozilla/5.0 (iPhone) AppleWebKit Safari/604.1",
        "Mozilla/5.0 (Windows NT 10.0) Chrome/138 Edg/138",
    )
    for agent in agents:
        store = SessionStore()
        store.update({SESSION_KEY: str(person.pk), BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0]})
        store[HASH_SESSION_KEY] = person.get_session_auth_hash()
        store.create()
        UserSession.objects.create(
            user=person, ip="203.0.113.7", session_key=store.session_key, user_agent=agent
        )
    return Authenticator.objects.create(
        user=person, type="webauthn", data={"name": ONE_WORD[:60], "credential": PASSKEY}
    )


def _offered(visit: Visit, receiver: Membership) -> Handover:
    """A guest that waits for the receiver's answer, with a note that says too much."""
    note = {
        "mood": LONG,
        "promises": "A copy of the speech",
        "car": ONE_WORD,
        "luggage": "One bag\nOne umbrella",
    }
    duty = visit.assignments.get()
    return Handover.objects.create(
        assignment=duty, receiver=receiver, note=note, offered_at=NOW - 10 * MINUTE
    )


def _told(person: User, visits: dict[str, Visit]) -> list[Notice]:
    """What was sent: two reminders, one much too long, a call for help, and what cannot be shown any more; and what was not."""
    zone = {"zone": "Asia/Makassar", "raised_at": NOW.isoformat()}
    moments = {"starts_at": (NOW + HOUR).isoformat(), "moves_at": (NOW + 25 * MINUTE).isoformat()}
    short = {
        "guest": "Mr Sato",
        "title": "Opening ceremony",
        "place": "Grand Ballroom Komodo",
        "plate": "DK 1234 XY",
    }
    long = {"guest": LONG[:200], "title": ONE_WORD, "place": ONE_WORD, "plate": "DK 1 LONG"}
    help_ = {"what": "medical", "by": "Bagus Pratama", "phone": "+6281211112222", "place": "Ayana Komodo"}
    told: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
        ("reminder", "sato", short | moments, {"wants_acknowledgement": True}),
        ("reminder", "long", long | moments, {"wants_acknowledgement": True}),
        ("sos", "sato", short | help_, {"is_urgent": True}),
        ("pigeon", "sato", {}, {}),
        ("changes", "sato", {"guests": [_changed(visits["sato"])]}, {"state": "failed", "finished_at": NOW}),
        (
            "reminder",
            "sato",
            short | moments,
            {"state": "missed", "finished_at": NOW, "expires_at": NOW - MINUTE},
        ),
    ]
    notices = [
        Notice.objects.create(
            recipient=person, event=visits[name].event, kind=kind, dedupe_key=f"told-{number}",
            payload=zone | {"visit_id": visits[name].pk, "event": visits[name].event.name} | payload,
            due_at=NOW - (number + 1) * 12 * MINUTE, **({"state": "sent", "expires_at": NOW + HOUR} | more),
        )
        for number, (kind, name, payload, more) in enumerate(told)
    ]  # fmt: skip
    Delivery.objects.create(
        notice=notices[4], channel="email", address=person.email, state="failed", trouble="refused", attempts=1,
        error="550 5.1.1 no such user", message_id="<told@localhost>", next_attempt_at=NOW,
    )  # fmt: skip
    return notices


def _changed(visit: Visit) -> dict[str, object]:
    """A meeting that went to another hall, and a dinner that is no more, as a notice holds them."""
    meeting = {
        "title": "Bilateral with Singapore", "starts_at": (NOW + 4 * HOUR).isoformat(), "ends_at": "", "plate": "",
        "precision": "exact", "leave_by_at": "", "place": "Grand Ballroom Komodo", "origin": "", "state": "confirmed",
    }  # fmt: skip
    moved = meeting | {"starts_at": (NOW + 5 * HOUR).isoformat(), "place": "Komodo Pavilion"}
    changes = [
        {"kind": "item", "before": meeting, "after": moved},
        {"kind": "item", "before": meeting | {"title": "Dinner by the sea"}, "after": None},
    ]
    return {"visit_id": visit.pk, "guest": visit.guest.called, "changes": changes, "more": 0}


def _too_much(event: Event, officer: User) -> Visit:
    guest = make_guest(
        LONG[:200], addressed_as=LONG[:200], native_name="الأميرة ريم بنت عبد العزيز", office=ONE_WORD[:300],
        organisation=LONG[:200], country="SA", pronunciation=LONG[:200],
    )  # fmt: skip
    visit = make_visit(event, guest, rank=2, note=LONG, status=Movement.AT_VENUE, status_at=NOW - 26 * HOUR)
    place = make_venue(event, ONE_WORD[:200])
    for number in range(20):
        starts_at = NOW + (number - 2) * 40 * MINUTE
        vehicle = make_vehicle(event, f"DK {number} VERYLONGPLATE"[:20], LONG[:200])
        make_item(visit, LONG[:200], starts_at=starts_at, venue=place, vehicle=vehicle, note=ONE_WORD)
    for number in range(9):
        make_request(visit, officer, ONE_WORD if number % 2 else LONG, due_at=NOW + number * MINUTE)
    for number in range(4):
        make_note(event, LONG[:118] + str(number), guest=guest, is_red_line=True, source=ONE_WORD)
    make_contact(event, LONG[:200], function="other", venue=place, note=LONG[:200])
    make_document(visit, ONE_WORD[:200])
    make_document(visit, LONG[:200], is_private=True)
    for number in range(25):
        at = NOW - number * HOUR
        LogbookEntry.objects.create(visit=visit, text=f"{LONG} {number}", author=officer, happened_at=at)
    return visit


def _programme(event: Event) -> None:
    hall = make_venue(event, "Komodo Convention Hall")
    make_session(event, "Opening ceremony", part="Plenary", venue=hall)
    starts_at = NOW + DAY
    make_session(event, LONG[:200], venue=hall, starts_at=starts_at, ends_at=starts_at + HOUR)
