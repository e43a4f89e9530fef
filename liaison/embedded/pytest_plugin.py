"""Engines and environment for pytest, before Django's settings are read.

Test runs in one checkout share the servers, and each has its own database, Redis number and folder. So have the
workers among which pytest-xdist deals the tests of one run; they inherit the servers from the process that began it.
"""

import os
import shutil
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path

import pytest

from liaison.embedded import catalogues, environment, redis
from liaison.embedded.engines import ROOT
from liaison.embedded.processes import Identity

FOLDER = environment.VAR / "test"
_OURS = "LIAISON_TEST_REDIS_IS_OURS"  # told to the workers, to which every server looks given


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """Start what is not given; a wrapper, since pytest-django reads the settings in this very hook."""
    stack = ExitStack()
    early_config.add_cleanup(stack.close)
    engines = stack.enter_context(environment.engines_for(FOLDER, os.environ, durable=False))
    folder = _own_folder()
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    catalogues.compile_changed(ROOT)
    os.environ.update(environment.for_tests(folder, _own(engines.env), os.environ))
    yield


def _own_folder() -> Path:
    """A fresh folder for the files of this run; those of killed runs go."""
    for left_over in FOLDER.glob("run-*"):
        if Identity.of(int(left_over.name.removeprefix("run-"))) is None:
            shutil.rmtree(left_over, ignore_errors=True)
    own = FOLDER / f"run-{os.getpid()}"
    for folder in (own / "data", own / "mail", environment.VAR / "static"):
        folder.mkdir(parents=True, exist_ok=True)
    return own


def _own(urls: dict[str, str]) -> dict[str, str]:
    """The addresses with a database and a Redis number for this run, where the servers are our own."""
    own = dict(urls)
    if not os.environ.get("DATABASE_URL"):
        own["DATABASE_URL"] = urls["DATABASE_URL"].replace("@/liaison?", f"@/liaison_{os.getpid()}?")
    if not os.environ.get("REDIS_URL"):
        os.environ[_OURS] = "yes"
    if os.environ.get(_OURS):
        server, _slash, _number = urls["REDIS_URL"].rpartition("/")
        own["REDIS_URL"] = f"{server}/{os.getpid() % redis.DATABASES}"
    return own
