"""Text as it is searched: without accents and case, alike in Python and in the database.

PostgreSQL does it with what it has by itself, so that no extension has to be installed. Letters of other scripts stay as
they are; their case is the database's to know.
"""

import re
import unicodedata
from typing import Any

from django.db.models import CharField, Func, Transform, Value
from django.db.models.functions import Concat, Lower

_MARKS = re.compile("[\u0300-\u036f]")
_PLAIN = ("łøđı", "lodi")  # letters that are drawn through, and not marked
_TABLE = str.maketrans(*_PLAIN)


def folded(text: str) -> str:
    """The text without accents and case: “Müller” as “muller”."""
    return _MARKS.sub("", unicodedata.normalize("NFKD", text)).lower().translate(_TABLE)


class _Bare(Func):
    template = "regexp_replace(normalize(%(expressions)s, NFKD), '[\u0300-\u036f]', '', 'g')"
    output_field = CharField()


class _Translated(Func):
    function = "translate"
    output_field = CharField()


def folded_columns(*names: str) -> Func | Transform:
    """The columns' texts, folded, one after another; an empty one counts as nothing."""
    parts: list[Any] = [part for name in names for part in (name, Value(" "))]
    return _Translated(Lower(_Bare(Concat(*parts, output_field=CharField()))), *map(Value, _PLAIN))
