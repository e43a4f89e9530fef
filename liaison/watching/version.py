"""Which release this is; pyproject.toml says the same, but is no part of an installation."""

VERSION = "0.1.0"
