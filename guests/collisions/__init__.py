"""What speaks against an officer's taking guests for a span: one vocabulary for the desk, the forms and the proposals.

A `Picture` is read once, in as many queries for three hundred officers as for one; judging then asks nothing more.
"""

from guests.collisions.judging import collisions, judge
from guests.collisions.leads import between
from guests.collisions.picture import Picture, base_language
from guests.collisions.vocabulary import Collision, Kind, Severity

__all__ = [
    "Collision",
    "Kind",
    "Picture",
    "Severity",
    "base_language",
    "between",
    "collisions",
    "judge",
]
