"""The locked requirements, made from pyproject.toml."""

import os
import shutil
import subprocess

from liaison.embedded.engines import ROOT
from liaison.embedded.errors import LocalRunError

_OPTIONS = "--universal --python-version 3.11 --generate-hashes --no-annotate"
_ANONYMOUS = "--no-emit-index-url --no-emit-find-links"


def run(words: list[str]) -> int:
    """Lock anew, keeping what still fits; `--upgrade` and `--upgrade-package NAME` are passed on."""
    uv = shutil.which("uv")
    if uv is None:
        raise LocalRunError("Locking needs uv on the PATH; nothing else in this project does.")
    for name, group in (("requirements.txt", []), ("requirements-dev.txt", ["--group", "dev"])):
        options = [*_OPTIONS.split(), *_ANONYMOUS.split(), *group, *words]
        command = [uv, "pip", "compile", *options, "pyproject.toml", "-o", name]
        env = os.environ | {"UV_CUSTOM_COMPILE_COMMAND": "./run lock"}  # for the header, without our paths
        subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    return 0
