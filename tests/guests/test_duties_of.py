"""An officer's own duties are a scope of their own, never wider than `visible_to`."""

from datetime import timedelta

from guests.models import Assignment, Visit
from tests.cast import Cast
from tests.factories import NOW, make_assignment, make_member


def test_an_officer_has_the_duties_that_are_not_over(cast: Cast) -> None:
    assert list(Assignment.objects.duties_of(cast.sari, NOW)) == [cast.sari_leads]
    assert list(Assignment.objects.duties_of(cast.dewi, NOW)) == []
    assert list(Assignment.objects.duties_of(cast.ratna, NOW)) == []
    cast.sari_leads.withdraw()
    assert list(Assignment.objects.duties_of(cast.sari, NOW)) == []


def test_whoever_may_no_longer_sign_in_has_none(cast: Cast) -> None:
    cast.sari.is_active = False
    assert list(Assignment.objects.duties_of(cast.sari, NOW)) == []


def test_duties_of_are_within_what_is_visible(cast: Cast) -> None:
    make_assignment(cast.okafor, make_member(cast.sari, cast.other_event), starts_at=NOW + timedelta(days=1))
    for user in (cast.sari, cast.bagus, cast.dewi, cast.putri, cast.ratna, cast.hendra):
        for at in (NOW - timedelta(days=5), NOW, NOW + timedelta(days=5)):
            own = Assignment.objects.duties_of(user, at)
            assert not own.difference(Assignment.objects.visible_to(user, at=at)).exists()
            assert not Visit.objects.filter(assignments__in=own).difference(
                Visit.objects.visible_to(user, at=at)
            )
    assert Assignment.objects.duties_of(cast.sari, NOW).count() == 2
