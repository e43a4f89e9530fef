"""What lies in the demo's dossiers: invitations, a seating plan, and one paper that is private."""

from collections.abc import Mapping

from guests.demo.sheets import FOLDER, sheet
from guests.documents import Sound
from guests.models import Document, Visit
from liaison.accounts.models import User

_KINDS = {".pdf": Document.Kind.PDF, ".png": Document.Kind.PNG}


def file_papers(visits: Mapping[str, Visit], *, by: User) -> None:
    """Keep each as if it had been uploaded."""
    for row in sheet("forum/papers"):
        path = FOLDER / "forum" / "papers" / row["file"]
        sound = Sound(_KINDS[path.suffix], path.read_bytes())
        Document.objects.create(
            visit=visits[row["guest"]],
            title=row["title"],
            file=sound.sealed(),
            kind=sound.kind,
            size=len(sound.data),
            is_private=row["private"] == "yes",
            added_by=by,
        )
