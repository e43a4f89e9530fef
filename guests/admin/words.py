"""What a search looks through to find a guest by all that a list may show of one."""

_OF_GUEST = ("name", "honorific_before", "honorific_after", "addressed_as", "native_name")


def guest_at(path: str) -> tuple[str, ...]:
    """The paths from a row to the names and titles of the guest at that path."""
    return tuple(f"{path}__{name}" for name in _OF_GUEST)


def guest_of(visit: str) -> tuple[str, ...]:
    """The same for the guest of the visit at that path."""
    return guest_at(f"{visit}__guest")
