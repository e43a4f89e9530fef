"""The demo's people: who signs in with the demo's password, and who only stands in a list."""

from django.contrib.auth.hashers import make_password

from events.models import Event, Membership, Role
from guests.demo.sheets import sheet
from liaison.accounts.models import SpokenLanguage, User

DOMAIN = "forum.example"  # reserved for examples (RFC 2606): no mail can reach a real person
PASSWORD = "selamat-datang"  # noqa: S105 (opens invented data only; production refuses to load the demo)
SIGN_INS = {
    "ratna": "coordinator of both events, on the desk (laptop)",
    "sari": "liaison officer with three guests, in Indonesian (phone)",
    "bagus": "liaison officer with three guests (phone)",
    "dewi": "liaison officer with three guests (phone)",
    "putri": "press officer: consents and programme, nothing private",
}
OFFICERS = ("sari", "bagus", "dewi")


def address_of(key: str) -> str:
    """The e-mail address of one of the forum's people."""
    return f"{key}@{DOMAIN}"


def sign_ins() -> str:
    """The addresses to sign in with, and the one password, for a person to read."""
    width = max(len(address_of(key)) for key in SIGN_INS)
    people = [f"{address_of(key):<{width}}  {what}" for key, what in SIGN_INS.items()]
    return "\n".join([f"Sign in with the password {PASSWORD} as", *people])


def join_forum(event: Event) -> dict[str, Membership]:
    """The forum's team by key. Accounts that are there already are put back to how the demo shows them."""
    password = make_password(PASSWORD)
    return {
        row["key"]: _member(event, row, password if row["key"] in SIGN_INS else make_password(None))
        for row in sheet("forum/team")
    }


def _member(event: Event, row: dict[str, str], password: str) -> Membership:
    role = Role(row["role"])
    user, _is_new = User.objects.update_or_create(
        email=address_of(row["key"]),
        defaults={
            "name": row["name"],
            "password": password,
            "phone": row["phone"],
            "language": row["language"],
            "time_zone": event.time_zone,
            "is_active": True,
            "is_staff": role == Role.COORDINATOR,
        },
    )
    _speaks(user, row["speaks"])
    return Membership.objects.create(user=user, event=event, role=role, capacity=int(row["capacity"]))


def _speaks(user: User, words: str) -> None:
    """Note the languages written like `id:4 en:3`, each with its level."""
    for word in words.split():
        language, level = word.split(":")
        SpokenLanguage.objects.update_or_create(
            user=user, language=language, defaults={"level": SpokenLanguage.Level(int(level))}
        )
