"""Backup and restore: the database and the private files in one archive, encrypted where a passphrase is given."""


class BackupError(Exception):
    """A backup cannot be made or restored; the message says why, and what to do."""
