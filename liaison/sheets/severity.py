"""How much what was said of a row matters."""

from enum import IntEnum


class Severity(IntEnum):
    OK = 0
    WARNING = 1
    ERROR = 2
