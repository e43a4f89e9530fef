"""What speaks against giving an officer guests for a span."""

from collections.abc import Collection, Sequence
from datetime import datetime

from events.models import Membership
from guests.collisions.days import on_the_way
from guests.collisions.leads import between, impossible
from guests.collisions.load import overloads
from guests.collisions.picture import Picture
from guests.collisions.vocabulary import Collision
from guests.duties import Duty, overlap
from guests.models import Assignment


def collisions(
    *,
    duties: Sequence[Duty],
    officer: Membership,
    role: Assignment.Role,
    at: datetime,
    besides: Collection[int] = (),
) -> list[Collision]:
    """What speaks against giving the officer these duties, in six queries however many they are.

    `besides` are the keys of assignments that are being rewritten and so count no more. Of warnings only what lies
    ahead at `at` is looked for: what is over burdens nobody.
    """
    found = [clash for duty in duties if (clash := impossible(duty, officer))]
    if found or not duties:
        return found
    return judge(Picture.of([officer], duties, besides=besides), duties, officer, role, at=at)


def judge(
    picture: Picture, duties: Sequence[Duty], officer: Membership, role: str, *, at: datetime
) -> list[Collision]:
    """What the picture holds against giving the officer these duties; asks no query."""
    found = []
    for duty in duties:
        meanwhile = [row for row in picture.of_guests.get(duty.visit.pk, ()) if overlap(duty, row)]
        clash = between(duty, officer, role, meanwhile)
        found += [clash] if clash else []
    held = picture.standing.get(officer.pk, ())
    return [*found, *overloads(duties, officer, held, at), *on_the_way(picture, duties, officer, held, at)]
