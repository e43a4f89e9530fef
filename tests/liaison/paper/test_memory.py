"""A long run takes no more memory than a short one."""

import os
import subprocess
import sys

import pytest

_RUN = """
import sys
import django
django.setup()
from pathlib import Path
from liaison.paper.pdf import bind, lay_out
kept = []
rows = "".join(f"<tr><td>{number}</td><td>Somewhere</td></tr>" for number in range(25))
def part(of):
    papers = [lay_out("Page", f'<html lang="en"><h1>{of}.{one}</h1><table>{rows}</table></html>') for one in range(10)]
    if sys.argv[1] == "hoard":
        kept.append(papers)
    return bind(papers)
def held():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6
for number in range(3):
    part(number)
before = held()
for number in range(7):
    part(number)
print(held() - before)
"""
_MEGABYTES = 12


@pytest.mark.parametrize(("how", "grows"), [("let go", False), ("hoard", True)])
def test_a_hundred_papers_take_as_much_memory_as_thirty(how: str, grows: bool) -> None:
    """The control keeps what it has laid out, and would be noticed."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "liaison.settings"}
    done = subprocess.run(  # noqa: S603 (our own interpreter and words)
        [sys.executable, "-c", _RUN, how], env=environment, capture_output=True, check=True, text=True
    )
    assert (float(done.stdout.split()[-1]) > _MEGABYTES) is grows


_SHARED = """
import gc
import sys
import django
django.setup()
from celery.signals import worker_init
from liaison import celery
before = "weasyprint" in sys.modules, gc.get_freeze_count() > 1000
worker_init.send(sender=None)
print(before, ("weasyprint" in sys.modules, gc.get_freeze_count() > 1000))
"""


def test_a_worker_loads_what_prints_before_it_forks() -> None:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "liaison.settings"}
    done = subprocess.run(  # noqa: S603 (our own interpreter and words)
        [sys.executable, "-c", _SHARED], env=environment, capture_output=True, check=True, text=True
    )
    assert done.stdout.split("\n")[0] == "(False, False) (True, True)"
