"""Pages in fewer bytes that look the same.

Places are told to a tenth of a CSS pixel, which is 0.026 mm and less than a dot of a printer with 600 dpi, colours to a
thousandth, which tells 256 steps apart; letters are not moved by nothing; the rule below a table's row is one line and
not one for each cell. What is drawn larger than it is written, such as the inside of a picture, keeps its places.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

_ROUNDED = {
    "move_to": (slice(None), 1),
    "line_to": (slice(None), 1),
    "rectangle": (slice(None), 1),
    "set_text_matrix": (slice(4, None), 1),
    "set_color_rgb": (slice(3), 3),
}
"""What draws, which of its numbers are places or colours, and to how many digits they are told."""
_MOVES_BY_NOTHING = re.compile(r">-?0(?=<|$)")


def be_terse(stream: Any) -> None:
    """Let all that is drawn on this page of WeasyPrint's from now on take fewer bytes."""
    for name, (numbers, digits) in _ROUNDED.items():
        setattr(stream, name, _rounded(stream, getattr(stream, name), numbers, digits))
    show = stream.show_text
    stream.show_text = lambda text: show(without_moves_by_nothing(text))
    stream.artifact = _joining(stream, stream.artifact)


def without_moves_by_nothing(text: str) -> str:
    """Glyphs with the moves between them, `<0001>0<0002>14<0003>0`, of which those by nothing are left out."""
    return _MOVES_BY_NOTHING.sub(">", text).replace("><", "")


def goes_on(rule: Sequence[Any], more: Sequence[Any]) -> bool:
    """Whether what draws a level line is followed by what draws one like it from where it ends."""
    if len(rule) != len(more):
        return False
    unlike = [pair for pair in zip(rule, more, strict=True) if pair[0] != pair[1]]
    words = [_words(item) for pair in unlike for item in pair]
    if [word[-1:] for word in words] != [[b"m"], [b"m"], [b"l"], [b"l"]]:
        return False
    _begins, goes_on_at, ends, _ends_at = words
    return ends[:-1] == goes_on_at[:-1] and len({word[1] for word in words}) == 1


def _words(item: Any) -> list[bytes]:
    return item.split() if isinstance(item, bytes) else []


def _rounded(stream: Any, draw: Callable[..., None], numbers: slice, digits: int) -> Callable[..., None]:
    def drawn(*given: Any, **more: Any) -> None:
        if all(abs(stream.ctm[row][column]) <= 1 for row in (0, 1) for column in (0, 1)):
            told = list(given)
            told[numbers] = [round(number, digits) for number in told[numbers]]
            given = (*told,)
        draw(*given, **more)

    return drawn


def _joining(stream: Any, artifact: Callable[[], Any]) -> Callable[[], Any]:
    """What marks decoration, by which a line that goes on from the one before becomes its end."""
    last: tuple[int, list[Any]] = 0, []

    @contextmanager
    def marked() -> Iterator[None]:
        nonlocal last
        begins = len(stream.stream)
        with artifact():
            yield
        ended, before = last
        drawn = stream.stream[begins:]
        if ended == begins and goes_on(before, drawn):
            del stream.stream[begins - len(before) :]
            begins -= len(before)
            drawn = [
                new if _words(new)[-1:] == [b"l"] else old for old, new in zip(before, drawn, strict=True)
            ]
            stream.stream.extend(drawn)
        last = len(stream.stream), drawn

    return marked
