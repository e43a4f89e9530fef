"""The event chosen at the top of the desk, and lists that a person keeps."""

from typing import Any

import pytest
from django.contrib import admin
from django.urls import reverse

from events.models import Membership, Role
from guests.models import Guest, Visit
from liaison.accounts.models import SavedList
from tests.cast import Cast
from tests.factories import make_item, make_member
from tests.guests.desk import at, signed_in, words_of

TABLES = [table for table in admin.site._registry.values() if getattr(table, "event_path", "")]  # noqa: SLF001 (no public way)


@pytest.fixture
def both(cast: Cast) -> Cast:
    """Ratna runs both events."""
    make_member(cast.ratna, cast.other_event, Role.COORDINATOR)
    return cast


def choose(client: Any, event: Any, then: str = "") -> Any:
    return client.post(reverse("choose_event"), {"desk_event": event.pk if event else "", "next": then})


def guests_listed(client: Any) -> set[str]:
    page = client.get(at(Visit, "changelist"))
    return {visit.guest.name for visit in page.context["cl"].result_list}


def test_the_lists_are_about_the_chosen_event_until_all_are_chosen_again(both: Cast) -> None:
    client = signed_in(both.ratna)
    assert guests_listed(client) == {"Kenji Sato", "Ana Lim", "Chidi Okafor"}
    choose(client, both.other_event)
    assert guests_listed(client) == {"Chidi Okafor"}
    page = client.get(at(Guest, "changelist"))
    assert [guest.name for guest in page.context["cl"].result_list] == ["Chidi Okafor"]
    choose(client, None)
    assert len(guests_listed(client)) == 3


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.model.__name__)
def test_every_table_of_events_follows_the_choice(both: Cast, table: Any) -> None:
    client = signed_in(both.ratna)
    address = at(table.model, "changelist")
    before = client.get(address).context["cl"].result_list
    choose(client, both.event)
    after = client.get(address).context["cl"].result_list
    ours = table.model.objects.filter(**{table.event_path: both.event})
    assert {row.pk for row in after} == {row.pk for row in before if ours.filter(pk=row.pk).exists()}


def test_the_first_page_shows_the_chosen_event_alone(both: Cast) -> None:
    client = signed_in(both.ratna)
    choose(client, both.event)
    assert [board.event for board in client.get(reverse("admin:index")).context["boards"]] == [both.event]


def test_a_row_of_another_event_still_opens(both: Cast) -> None:
    client = signed_in(both.ratna)
    choose(client, both.event)
    assert client.get(at(Visit, "change", both.okafor.pk)).status_code == 200


def test_an_event_that_one_does_not_run_cannot_be_chosen(cast: Cast) -> None:
    client = signed_in(cast.ratna)
    choose(client, cast.other_event)
    assert guests_listed(client) == {"Kenji Sato", "Ana Lim"}


def test_who_no_longer_runs_the_chosen_event_sees_the_others(both: Cast) -> None:
    client = signed_in(both.ratna)
    choose(client, both.other_event)
    Membership.objects.filter(user=both.ratna, event=both.other_event).delete()
    assert guests_listed(client) == {"Kenji Sato", "Ana Lim"}


def test_the_choice_is_offered_where_there_is_one(both: Cast) -> None:
    offered = 'name="desk_event"'
    assert offered in signed_in(both.ratna).get(at(Visit, "changelist")).content.decode()
    assert offered not in signed_in(both.hendra).get(at(Visit, "changelist")).content.decode()


@pytest.mark.parametrize("then", ["https://elsewhere.example/", "//elsewhere.example", ""])
def test_choosing_leads_nowhere_else(both: Cast, then: str) -> None:
    assert choose(signed_in(both.ratna), both.event, then)["Location"] == reverse("admin:index")


# --- lists that are kept -------------------------------------------------------------------------------------------

QUERY = "level__exact=vvip&q=sato"


def keep(client: Any, **said: str) -> Any:
    given = {"table": "guests.visit", "name": "VVIPs", "query": f"p=2&{QUERY}&officer="}
    return client.post(reverse("keep_list"), given | said)


def test_a_kept_list_is_a_link_to_its_filters_without_its_page(cast: Cast) -> None:
    client = signed_in(cast.ratna)
    assert keep(client)["Location"] == f"{at(Visit, 'changelist')}?{QUERY}"
    page = client.get(at(Visit, "changelist"))
    assert f'href="?{QUERY.replace("&", "&amp;")}"' in page.content.decode()
    assert [
        visit.pk for visit in client.get(f"{at(Visit, 'changelist')}?{QUERY}").context["cl"].result_list
    ] == [cast.sato.pk]


def test_a_name_is_kept_once_and_can_be_forgotten(cast: Cast) -> None:
    client = signed_in(cast.ratna)
    keep(client)
    keep(client, query="q=lim")
    assert [one.query for one in SavedList.objects.all()] == ["q=lim"]
    keep(client, query="q=lim", forget="")
    assert not SavedList.objects.exists()


def test_lists_are_ones_own_and_of_one_table(both: Cast) -> None:
    keep(signed_in(both.ratna))
    assert "VVIPs" not in words_of(signed_in(both.hendra).get(at(Visit, "changelist")))
    assert "VVIPs" not in words_of(signed_in(both.ratna).get(at(Guest, "changelist")))
    assert "VVIPs" in words_of(signed_in(both.ratna).get(at(Visit, "changelist")))
    keep(signed_in(both.hendra), forget="")
    assert SavedList.objects.count() == 1


@pytest.mark.parametrize("said", [{"name": ""}, {"name": "x" * 81}, {"query": "p=3"}, {"query": ""}])
def test_nothing_is_kept_without_a_name_or_a_question(cast: Cast, said: dict[str, str]) -> None:
    client = signed_in(cast.ratna)
    answer = client.post(
        reverse("keep_list"), {"table": "guests.visit", "name": "n", "query": "q=a"} | said, follow=True
    )
    assert "search or filter it first" in words_of(answer)
    assert not SavedList.objects.exists()


@pytest.mark.parametrize("table", ["", "guests", "guests.nothing", "auth.permission", "accounts.savedlist"])
def test_only_tables_of_the_desk_can_be_kept(cast: Cast, table: str) -> None:
    assert keep(signed_in(cast.ratna), table=table).status_code == 404


# --- what a list answers -------------------------------------------------------------------------------------------


def test_the_list_says_where_guest_and_lead_cannot_talk(cast: Cast) -> None:
    client = signed_in(cast.ratna)
    Guest.objects.filter(pk=cast.sato.guest_id).update(languages=["ja", "fr"])
    page = words_of(client.get(at(Visit, "changelist"), {"q": "sato"}))
    assert "no shared language" in page
    cast.sari.spoken_languages.create(language="fr")
    assert "no shared language" not in words_of(client.get(at(Visit, "changelist"), {"q": "sato"}))
    assert "languages not known" in words_of(client.get(at(Visit, "changelist"), {"q": "lim"}))


@pytest.mark.parametrize(
    ("word", "found"), [("Tea for Lim", "Ana Lim"), ("Bagus", "Ana Lim"), ("gala soundcheck", "Kenji Sato")]
)
def test_any_word_of_a_visit_finds_it(cast: Cast, word: str, found: str) -> None:
    make_item(cast.sato, "Gala soundcheck")
    page = signed_in(cast.ratna).get(at(Visit, "changelist"), {"q": word})
    assert [visit.guest.name for visit in page.context["cl"].result_list] == [found]
