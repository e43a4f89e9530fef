"""The commands behind `./run`."""

import os
import sys
from collections.abc import Callable, Sequence

from liaison.embedded import demo, environment, gate, lock, machine, processes
from liaison.embedded.engines import ROOT
from liaison.embedded.errors import LocalRunError
from liaison.embedded.screen import coloured, say

USAGE = """Usage: ./run COMMAND [arguments]

  demo           the whole application on this machine, with an invented event under way
  test [args]    all checks and all tests; with arguments only pytest, which gets them
  lint           the checks alone
  format         put the code into the house's form
  bench [args]   measure the officer's screen and the rest against bare Django
  manage ...     Django's command line, on the demo's data
  screenshots    pictures of every screen
  lock [args]    lock the requirements anew from pyproject.toml (needs uv)"""


_MOST_AT_ONCE = 4
_FAULTS = "tests/faults"
# A file's tests stay together, since they share what was made for them.
_BESIDE_ONE_ANOTHER = [
    "--dist=loadfile",
    f"--numprocesses={min(_MOST_AT_ONCE, os.cpu_count() or 1)}",
    f"--ignore={_FAULTS}",
]


def main(argv: Sequence[str]) -> int:
    """Run one command and answer its exit code."""
    command, words = (argv[0], list(argv[1:])) if argv else ("", [])
    if command not in COMMANDS:
        say(USAGE)
        return 0 if command in {"-h", "--help", "help"} else 2
    try:
        return COMMANDS[command](words)
    except LocalRunError as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def _demo(_words: list[str]) -> int:
    machine.ensure(machine.PRINTING)
    return demo.run(environment.VAR, os.environ)


def _test(words: list[str]) -> int:
    machine.ensure(machine.TESTING)
    with environment.engines_for(environment.VAR / "test", os.environ, durable=False) as engines:
        if words:
            return _verdict([] if _pytest(words) == 0 else ["tests (pytest)"])
        failed = gate.run({**os.environ, **environment.production_like(), **engines.env})
        if _pytest(_BESIDE_ONE_ANOTHER) != 0:
            failed.append("tests (pytest)")
        if _pytest([_FAULTS]) != 0:  # alone: they kill processes, hold locks and wait for one another
            failed.append("faults (pytest)")
    return _verdict(failed)


def _pytest(words: list[str]) -> int:
    return processes.foreground([sys.executable, "-m", "pytest", *words], env=os.environ, cwd=ROOT)


def _lint(_words: list[str]) -> int:
    machine.ensure(machine.PRINTING)
    with environment.engines_for(environment.VAR / "test", os.environ, durable=False) as engines:
        return _verdict(gate.run({**os.environ, **environment.production_like(), **engines.env}))


def _verdict(failed: list[str]) -> int:
    say(coloured(f"FAILED: {', '.join(failed)}", "red") if failed else coloured("All is well.", "green"))
    return 1 if failed else 0


def _format(_words: list[str]) -> int:
    return gate.reformat(os.environ)


def _manage(words: list[str]) -> int:
    port = demo.running_port(environment.VAR) or demo.FIRST_PORT
    with environment.engines_for(environment.VAR, os.environ) as engines:
        env = environment.local(environment.VAR, os.environ, port=port) | engines.env
        return processes.foreground([sys.executable, "manage.py", *words], env=env, cwd=ROOT)


def _bench(words: list[str]) -> int:
    machine.ensure(machine.PRINTING)
    return _apart("bench", "tests.bench", words)


def _screenshots(words: list[str]) -> int:
    machine.ensure(machine.TESTING)
    return _apart("screenshots", "tests.browser.screenshots", words)


def _apart(name: str, module: str, words: list[str]) -> int:
    """A module of the tests on engines and data of its own, with tables and static files ready."""
    folder = environment.VAR / name
    with environment.engines_for(folder, os.environ) as engines:
        env = environment.local(folder, os.environ) | engines.env
        demo.prepare(env)
        return processes.foreground([sys.executable, "-m", module, *words], env=env, cwd=ROOT)


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "demo": _demo,
    "test": _test,
    "lint": _lint,
    "format": _format,
    "bench": _bench,
    "manage": _manage,
    "screenshots": _screenshots,
    "lock": lock.run,
}

if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
