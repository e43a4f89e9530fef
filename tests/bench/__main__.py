"""`./run bench [--quick] [volume] [screen] [desk] [paper] [planning] [dispatch] [inbox] [mail] [lateness] [batches] [import] [matching] [scale] [load] [servers] [soak]`: measure, print a table, and fail where a stated target is missed."""

import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.settings"
django.setup()

from tests.bench.report import main  # noqa: E402 (models need the settings)

if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
