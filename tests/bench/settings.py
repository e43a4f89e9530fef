"""The installation's settings, with bare views beside the app's own and a database of the bench's own."""

from typing import Any

from liaison import env
from liaison.settings import *  # noqa: F403 (the same settings is the point)
from liaison.settings import DATABASES, ROOT, TEMPLATES

ROOT_URLCONF = "tests.bench.urls"
TEMPLATES[0]["DIRS"] = [ROOT / "templates", ROOT / "tests" / "bench" / "templates"]
DATABASES["default"]["TEST"] = {"NAME": f"bench_{DATABASES['default']['NAME']}"}
if pool := env.number("BENCH_POOL", 0):  # as many connections as that, for each process
    options: Any = DATABASES["default"]["OPTIONS"]
    options["pool"] = {"min_size": 1, "max_size": pool}
