"""Saved lists of the desk that name a person: somebody searched for the name and kept the question."""

from collections.abc import Collection
from urllib.parse import parse_qs

from guests.models import Guest
from liaison.accounts.models import SavedList

_SHORTEST = 3


def lists_that_name(guests: Collection[int]) -> list[int]:
    """The lists whose name, or whose searched words, hold a word of one of the names."""
    names = Guest.objects.filter(pk__in=guests).values_list("name", "native_name")
    words = {
        word for pair in names for name in pair for word in name.casefold().split() if len(word) >= _SHORTEST
    }
    rows = SavedList.objects.values_list("pk", "name", "query") if words else []
    return [key for key, name, query in rows if words & _words_of(name, query)]


def _words_of(name: str, query: str) -> set[str]:
    searched = parse_qs(query).get("q", [])
    return {word for text in (name, *searched) for word in text.casefold().split()}


def forget_lists_that_name(guests: Collection[int]) -> int:
    """Delete them; how many."""
    keys = lists_that_name(guests)
    SavedList.objects.filter(pk__in=keys).delete()
    return len(keys)
