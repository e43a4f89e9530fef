"""One log of several processes: every line carries the name of the one that wrote it."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from liaison.embedded.screen import coloured

OURSELVES = "run"


@dataclass
class Journal:
    """Writes to standard output, coloured for a person, and plainly into a file."""

    file: IO[bytes]
    names: Sequence[str]
    is_heard: bool = True  # until standard output is closed: the terminal has gone, or `head` has seen enough

    def write(self, name: str, colour: str, line: str) -> None:
        """One line of `name`."""
        prefix = f"{name:<{max(map(len, (OURSELVES, *self.names)))}} |"
        self.file.write(f"{prefix} {line}\n".encode())
        self.file.flush()
        if not self.is_heard:
            return
        try:
            sys.stdout.write(f"{coloured(prefix, colour)} {line}\n")
            sys.stdout.flush()
        except OSError:
            self.is_heard = False

    def say(self, text: str) -> None:
        """Lines of our own."""
        for line in text.splitlines():
            self.write(OURSELVES, "cyan", line)
