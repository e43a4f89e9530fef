"""Texts brought to one form, only for comparing them; what is stored stays as written."""

import re
import unicodedata
from functools import lru_cache

_NO_WORD = re.compile(r"[^\w]+")


def same(text: str) -> str:
    """The text without differences of case, width and blanks: “  Haruto  MINAMOTO ” as “haruto minamoto”."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


@lru_cache(maxsize=8192)
def words(text: str) -> str:
    """The text's words alone, without accents and punctuation: “Tgl. & Jam Tiba” as “tgl jam tiba”."""
    bare = "".join(
        char for char in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(char)
    )
    return " ".join(_NO_WORD.sub(" ", bare.replace("_", " ")).split())
