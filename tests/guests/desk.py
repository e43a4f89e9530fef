"""Working at the desk in tests: signing in, addresses of tables, and filling in a form as a browser would send it."""

from html import unescape
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from liaison.accounts.models import User


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def at(model: type[models.Model], page: str, *args: Any) -> str:
    opts = model._meta  # noqa: SLF001 (Django's own API)
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{page}", args=args)


_CHOSEN = {"checkbox", "radio"}


class _Form(HTMLParser):
    """What a browser would send of the page's fields, left as they are."""

    def __init__(self) -> None:
        super().__init__()
        self.data: dict[str, Any] = {}
        self._select = self._textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name, kind = given.get("name", ""), given.get("type", "text")
        if "disabled" in given or kind in {"submit", "file"}:
            return
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self.data[self._select] = given.get("value", "")
        elif tag == "textarea":
            self._textarea = name
            self.data[name] = ""
        elif tag == "input" and name and (kind not in _CHOSEN or "checked" in given):
            self.data[name] = given.get("value", "on" if kind == "checkbox" else "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.data[self._textarea] += data.removeprefix("\n")


def fields_of(client: Client, address: str, params: Any = None) -> dict[str, Any]:
    """The fields of the form at an address, as they stand there; templates of rows to add are left out."""
    page = client.get(address, params or {})
    assert page.status_code == 200, page.status_code
    form = _Form()
    form.feed(page.content.decode())
    return {name: value for name, value in form.data.items() if name and "__prefix__" not in name}


def save(client: Client, address: str, given: dict[str, Any], params: Any = None) -> dict[str, list[str]]:
    """Send the form with these fields changed; the sentences by field where it is refused, else nothing.

    Sentences of rows stand under their fields' full names, such as “assignments-0-role”.
    """
    data = {**fields_of(client, address, params), **given}
    answer = client.post(address, data)
    if answer.status_code == 302:
        return {}
    said = {name: list(errors) for name, errors in answer.context["adminform"].form.errors.items()}
    for rows in answer.context["inline_admin_formsets"]:
        for form in rows.formset.forms:
            said |= {form.add_prefix(name): list(errors) for name, errors in form.errors.items()}
        said |= (
            {rows.formset.prefix: list(rows.formset.non_form_errors())}
            if rows.formset.non_form_errors()
            else {}
        )
    assert said, "refused without a word"
    return said


def day_and_time(field: str, day: str, clock: str) -> dict[str, str]:
    """A moment as the two inputs of a field send it."""
    return {f"{field}_0": day, f"{field}_1": clock}


def request_of(user: User | AnonymousUser) -> Any:
    """As much of a request as permissions look at."""
    return SimpleNamespace(user=user, GET={})


def words_of(page: Any) -> str:
    """What a page says, without its markup."""
    return " ".join(unescape(strip_tags(page.content.decode())).split())
