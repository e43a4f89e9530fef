"""Every sample of every kind of paper on every sheet: PDF/UA-1 and PDF/A-3, within its page, in our fonts, its code readable.

A new kind of paper is walked over as soon as `sample_paper` has a sample of it; without one the first test fails.
"""

import pytest

from guests.management.commands.sample_paper import samples
from guests.models import Print
from guests.papers import PAPERS, render, title_of
from guests.print_links import address_of
from tests.guests.test_handout_looks import astride, beyond
from tests.paper import codes_on, fonts_of
from tests.paper_tags import ACCESSIBLE, FOR_ARCHIVES, faults_of, heard_in

SAMPLES = {name: (version, look) for name, version, look in samples()}


def test_every_kind_of_paper_has_a_sample() -> None:
    assert {version.kind for version, _look in SAMPLES.values()} == set(PAPERS)


@pytest.mark.parametrize("name", SAMPLES)
def test_it_keeps_the_standards_and_its_page(name: str) -> None:
    version, look = SAMPLES[name]
    pdf = render([version], look, duplex=False).data
    assert beyond(pdf, 14) == []
    assert {font.partition("-")[0] for font in fonts_of(pdf)} == {"Liaison"}
    assert [address for address, _width in codes_on(pdf)] == (
        [address_of(version)] if is_of_a_guest(version) else []
    )
    if look.is_booklet:
        assert faults_of(pdf, *FOR_ARCHIVES) == []
        assert astride(pdf) == []
    else:
        assert faults_of(pdf, *ACCESSIBLE) == []
        is_heard(pdf, version)


def is_of_a_guest(version: Print) -> bool:
    """Only such a paper has a code: it leads to what has changed for the guest."""
    return version.kind in {Print.Kind.HANDOUT, Print.Kind.DAY_SHEET}


def is_heard(pdf: bytes, version: Print) -> None:
    """There is one heading above all others, pictures say what they show, and nothing is heard twice as a whole."""
    heard = heard_in(pdf)
    assert {one.tags[0] for one in heard} == {"Document"}
    assert len({one.text for one in heard if "Figure" in one.tags}) == is_of_a_guest(version)
    head = "".join(one.text for one in heard if "H1" in one.tags)
    assert head
    if is_of_a_guest(version):
        assert head[:5] in title_of(version)
    assert {one.lang for one in heard} >= {*version.language.split("+")}
