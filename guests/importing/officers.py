"""Which officer a list means by a name in its “LO” column: one for certain, or a question."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from liaison.sheets.comparing import words

_ABOUT_OFFICERS = {"lo", "los", "officer", "officers", "petugas", "liaison", "penghubung"}
_QUESTION = "officer-"


@dataclass(frozen=True)
class Officer:
    """An officer of the event: the key of the membership, the name, the phone as E.164."""

    key: int
    name: str
    phone: str = ""
    capacity: int = 0


@dataclass(frozen=True)
class Listed:
    """An officer as a sheet of the file names them."""

    name: str
    phone: str = ""


Named = TypeVar("Named", Officer, Listed)


def is_about_officers(title: str) -> bool:
    """Whether a sheet of that name is a list of officers."""
    return bool(_ABOUT_OFFICERS & set(words(title).split()))


def question_about(written: str) -> str:
    """Under this name a person answers whom the list means."""
    return f"{_QUESTION}{words(written)[:100]}"


def is_about_an_officer(question: str) -> bool:
    """Whether that is the name of such a question."""
    return question.startswith(_QUESTION)


def certain(written: str, team: Sequence[Officer], roster: Sequence[Listed]) -> Officer | None:
    """The one officer whose name has all that is written, in no doubt; else None.

    Where the file's own list of officers has exactly one such name, that person is meant, and the officer must be
    the same by the whole name or the phone.
    """
    if "?" in written:
        return None
    listed = _having(written, roster)
    if len(listed) > 1:
        return None
    if listed:
        [meant] = listed
        found = [
            officer
            for officer in team
            if words(officer.name) == words(meant.name) or (meant.phone and officer.phone == meant.phone)
        ]
    else:
        found = _having(written, team)
    return found[0] if len(found) == 1 else None


def _having(written: str, people: Iterable[Named]) -> list[Named]:
    said = set(words(written).split())
    return [one for one in people if said and said <= set(words(one.name).split())]
