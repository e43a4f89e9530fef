"""How a paper is set: on which sheet, and what stands where a picture cannot be printed. The same data for every look."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from guests.models.paper import Pictures, Sheet

__all__ = ["USUAL", "Look", "Pictures", "Sheet"]


@dataclass(frozen=True)
class Look:
    """One way to set a paper."""

    sheet: str = Sheet.A5
    pictures: str = Pictures.ALL

    @property
    def is_booklet(self) -> bool:
        return self.sheet == Sheet.A6

    @property
    def has_placeholders(self) -> bool:
        return self.pictures == Pictures.PLACEHOLDER

    @classmethod
    def asked(cls, words: Mapping[str, str]) -> Self:
        """The look that an address or a form names; what it does not name, or not rightly, is as usual."""
        sheet, pictures = words.get("sheet", ""), words.get("pictures", "")
        return cls(
            sheet=sheet if sheet in Sheet else Sheet.A5,
            pictures=pictures if pictures in Pictures else Pictures.ALL,
        )

    def as_words(self) -> dict[str, str]:
        """What `asked` understands again; without what is as usual."""
        said = {"sheet": self.sheet, "pictures": self.pictures}
        usual = {"sheet": Sheet.A5, "pictures": Pictures.ALL}
        return {name: str(value) for name, value in said.items() if value != usual[name]}


USUAL = Look()
