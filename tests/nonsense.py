"""Nonsense to send, and where: every form that a page shows, with its own fields, and every address somebody could guess."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from hypothesis import strategies as st

from tests.test_headers import account_addresses
from tests.test_routes import MATRIX, Scene, client_of

SLOW_OR_ENDING = {"print_handout", "print_day_sheet", "handout", "day_sheet", "end_all_sessions"}
"""A paper takes a second to set, and has no field; the last signs out whoever asks."""

TEXTS = ["", " ", "0", "-1", "99999999999999999999", "1e309", "NaN", "\x00", "a\x00b", "null", "[]", "{}", "true", "';--", "%s%n", "{{7*7}}",
         "../../x", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), "\u202e\u0661\u0662", "٣", "²", "2027-02-30", "25:61", "0001-01-01",
         "9999-12-31T23:59:59Z", "2027-05-13T10:00:00+99:99", "a" * 5000, "a@b", "+62", "id", "en", "csv", "__all__", "on", "\r\n\r\n"]  # fmt: skip
VALUES = st.one_of(
    st.sampled_from(TEXTS),
    st.integers(-(2**70), 2**70).map(str),
    st.integers(0, 40).map(str),
    st.text(max_size=30),
    st.floats().map(str),
    st.datetimes().map(str),
    st.datetimes(timezones=st.just(UTC)).map(lambda at: at.isoformat()),
    st.dates().map(str),
    st.times().map(str),
    st.uuids().map(str),
    st.emails(),
    st.timedeltas(timedelta(0)).map(str),
    st.binary(max_size=200).map(lambda data: SimpleUploadedFile("x.pdf", b"%PDF-1.7" + data)),
    st.binary(max_size=200).map(lambda data: SimpleUploadedFile("../x.xlsx", data + b".", "image/png")),
)

FIELDS = (
    "next", "q", "page", "p", "o", "lang", "by", "day", "minutes", "undo", "client_uuid", "at", "pk", "text", "kind", "read", "owner",
    "due", "reason", "status", "item", "distance", "seen", "severity", "category", "because", "language", "lasts", "receiver", "officer",
    "mood", "promises", "car", "luggage", "event", "table", "name", "query", "email", "login", "password", "password1", "password2",
    "oldpassword", "code", "credential", "action", "action_add", "action_remove", "action_primary", "index", "select_across",
    "_selected_action", "_save", "_popup", "_to_field",
)  # fmt: skip
"""What forms and pages of ours ask for, also where they are not asked."""


@dataclass(frozen=True)
class Aim:
    """An address, what is sent there when it is meant, the names of what can be sent, and the button that is pressed."""

    address: str
    meant: Mapping[str, Any] = field(default_factory=dict)
    names: tuple[str, ...] = FIELDS
    pressed: str = ""

    def without(self, words: Iterable[str]) -> "Aim":
        """The same with nothing in it that somebody would be searched for."""
        said = dict(self.meant)
        for word in words:
            said = {
                name: value.replace(word, "x") if isinstance(value, str) else value
                for name, value in said.items()
            }
        return replace(self, meant=said)


@dataclass
class _Form:
    """A form as it stands on a page; its buttons by name, with the value that a press of each sends."""

    address: str
    meant: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    buttons: dict[str, str] = field(default_factory=dict)

    def aims(self) -> Iterator[Aim]:
        """Sent by Enter, and by a press of each button but Django's, which only say where to go afterwards."""
        names = tuple(sorted(self.names | {*self.buttons}))
        if self.names - {"csrfmiddlewaretoken"}:
            yield Aim(self.address, self.meant, names)
        for name, value in self.buttons.items():
            if not name.startswith("_"):
                yield Aim(self.address, self.meant | {name: value}, names, name)


class _Forms(HTMLParser):
    """The forms of a page that are sent by POST, with their fields as they stand."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.found: list[_Form] = []
        self.actions: list[str] = []
        self._address = address
        self._open: _Form | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and given.get("method", "").lower() == "post":
            self._open = _Form(urlsplit(given.get("action", "")).path or self._address)
            self.found.append(self._open)
        elif tag == "form":
            self._open = None
        elif self._open and given.get("name") and (tag == "button" or given.get("type") == "submit"):
            self._open.buttons.setdefault(given["name"], given.get("value", ""))
        elif self._open and tag in {"input", "select", "textarea"} and given.get("name"):
            self._field(self._open, tag, given["name"], given)
        elif self._open and tag == "option" and self._select:
            self._option(self._open, given)

    def _field(self, form: _Form, tag: str, name: str, given: Mapping[str, str]) -> None:
        form.names.add(name)
        self._select = name if tag == "select" else ""
        kind = given.get("type", "")
        if kind in {"checkbox", "radio"} and "checked" not in given and name in form.meant:
            return
        if kind != "file" and tag != "select":
            form.meant[name] = given.get("value", "")

    def _option(self, form: _Form, given: Mapping[str, str]) -> None:
        if "selected" in given or self._select not in form.meant:
            form.meant[self._select] = given.get("value", "")
        if self._select == "action" and given.get("value"):
            self.actions.append(given["value"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = ""


def _shown_by(response: Any, address: str) -> tuple[list[Aim], list[str]]:
    """The forms on a page, and the actions of a list among them."""
    text = response.getvalue()  # to the end, after which a file is closed
    if response.status_code not in {200, 422} or response.streaming or b"<form" not in text:
        return [], []
    forms = _Forms(address)
    forms.feed(text.decode())
    return [aim for form in forms.found for aim in form.aims()], forms.actions


def forms_on(client: Client, address: str) -> list[Aim]:
    """The forms a person is shown at the address, and behind each action of a list."""
    aims, actions = _shown_by(client.get(address), address)
    for action in dict.fromkeys(actions):
        chosen = next((aim.meant for aim in aims if "_selected_action" in aim.names), {})
        meant = {"action": action, "_selected_action": chosen.get("_selected_action", ""), "index": "0"}
        aims.append(Aim(address, meant, (*meant, "select_across")))
        behind, _none = _shown_by(client.post(address, meant), address)
        aims += [replace(each, meant={**each.meant, **meant}) for each in behind]
    return aims


def desk_addresses(scene: Scene) -> list[str]:
    """Every page of the desk, where it is of a row that of one our coordinator sees."""
    rows = {}
    for model in admin.site._registry:  # noqa: SLF001 (no public way)
        manager: Any = model._default_manager  # noqa: SLF001 (Django's own API)
        seen = manager.visible_to(scene.cast.ratna, at=timezone.now())
        rows[f"{model._meta.app_label}_{model._meta.model_name}"] = seen.order_by("-pk").first()  # noqa: SLF001 (the same)
    found = [reverse("admin:index"), reverse("admin:search"), reverse("admin:app_list", args=["guests"])]
    for name, wants in _desk_pages():
        row = rows["_".join(name.split("_")[:2])]
        pk = scene.cast.sato.guest_id if name == "guests_erasure_guest" else getattr(row, "pk", None)
        given = {"slug": scene.cast.event.slug, "pk": pk, "object_id": pk}
        if pk or not wants & {"pk", "object_id"}:
            found.append(reverse(f"admin:{name}", kwargs={each: given[each] for each in wants}))
    return found


def _desk_pages() -> Iterator[tuple[str, set[str]]]:
    """The pages of the desk's tables, and what the address of each is made of."""
    [desk] = [part for part in get_resolver().url_patterns if getattr(part, "namespace", "") == "admin"]
    for part in desk.url_patterns if isinstance(desk, URLResolver) else ():
        for pattern in part.url_patterns if isinstance(part, URLResolver) else ():
            if isinstance(pattern, URLPattern) and pattern.name:
                yield pattern.name, set(pattern.pattern.converters)


def pages(scene: Scene) -> list[Aim]:
    """Every address of ours, with what its form is sent when it is meant."""
    of_routes = {
        name: (reverse(name, kwargs=route.kwargs(scene)), route.data(scene)) for name, route in MATRIX.items()
    }
    found = [
        Aim(address, data, (*FIELDS, *data))
        for name, (address, data) in of_routes.items()
        if name not in SLOW_OR_ENDING
    ]
    found += [Aim(address) for address in sorted(set(account_addresses())) if "logout" not in address]
    for model in admin.site._registry:  # noqa: SLF001 (no public way)
        columns = [each.name for each in model._meta.get_fields()]  # noqa: SLF001 (Django's own API)
        asked = (*columns, *(f"{name}__exact" for name in columns), *FIELDS)
        name = f"{model._meta.app_label}_{model._meta.model_name}"  # noqa: SLF001 (the same)
        found.append(Aim(reverse(f"admin:{name}_changelist"), {}, asked))
    return found + [Aim(address) for address in desk_addresses(scene)]


def forms_shown(scene: Scene, aims: Iterable[Aim]) -> list[Aim]:
    """The forms that those who may are shown at the addresses, each once."""
    found: dict[Any, Aim] = {}
    for who in ("anonymous", "sari", "ratna"):
        client = client_of(scene.cast, who)
        for address in dict.fromkeys(aim.address for aim in aims):
            asks = {"anonymous": address.startswith("/accounts/"), "sari": not address.startswith("/admin/")}
            if asks.get(who, True):
                for form in forms_on(client, address):
                    found.setdefault((form.address, form.meant.get("action"), form.names, form.pressed), form)
    return list(found.values())
