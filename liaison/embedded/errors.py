"""What can go wrong on this machine, in words for the person who typed the command."""


class LocalRunError(Exception):
    """A local run cannot go on; the message says why and what to do."""
