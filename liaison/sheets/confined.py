"""Runs a parser of uploaded files in a process of its own, within limits that the system enforces.

A few hundred bytes can make a parser ask for hundreds of gigabytes, or never end, and the parser then takes its process
with it. So it runs here: the file on standard input, JSON on standard output. The parser is a script with a function
`extract` that imports nothing of the project, so that it starts fast; so does this file.
"""

import json
import resource
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

MEMORY = 768 * 1024 * 1024
CPU_SECONDS = 20
TIMEOUT = 40  # seconds


class TooMuchError(Exception):
    """The parser met its limits of memory or time, or broke down."""


def extracted_by(script: str, data: bytes, *words: str) -> Any:
    """What the script's `extract(data, *words)` answers. Raises TooMuchError."""
    command = [sys.executable, "-I", str(Path(__file__)), script, str(CPU_SECONDS), *words]
    try:
        done = subprocess.run(  # noqa: S603 (our own file, no shell; the upload goes in by standard input)
            command,
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=TIMEOUT,
            check=True,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise TooMuchError from error
    return json.loads(done.stdout)


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    script, seconds, *words = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
    extract = runpy.run_path(script)["extract"]
    json.dump(extract(sys.stdin.buffer.read(), *words), sys.stdout)


if __name__ == "__main__":
    main()
