"""Whether something we lock is publicly known to be weak. Where that cannot be asked, it is said and nothing fails."""

import json
import subprocess
import sys
from typing import Any

from liaison.embedded.engines import ROOT

NOT_ASKED = 75  # EX_TEMPFAIL of sysexits.h: not a failure, only no answer now
_PATIENCE = 120
_OPTIONS = [
    "--requirement",
    "requirements-dev.txt",
    "--disable-pip",
    "--require-hashes",
    "--format",
    "json",
    "--timeout",
    "5",
]


def main() -> int:
    """0 where nothing is known, 1 where something is, NOT_ASKED where not all could be asked; says which."""
    command = [sys.executable, "-m", "pip_audit", *_OPTIONS, "--progress-spinner", "off"]
    try:
        asked = subprocess.run(  # noqa: S603 (our own words)
            command, cwd=ROOT, capture_output=True, text=True, timeout=_PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        return _said(f"no answer within {_PATIENCE} s", NOT_ASKED)
    try:
        packages: list[dict[str, Any]] = json.loads(asked.stdout)["dependencies"]
    except (ValueError, KeyError):
        return _said((asked.stderr.strip().splitlines() or ["no answer"])[-1], NOT_ASKED)
    return judged(packages)


def judged(packages: list[dict[str, Any]]) -> int:
    """What an answer comes to. A package that could not be looked up is not one about which nothing is known."""
    weak = [f"{each['name']} {each['version']}: {known['id']}, mended in {', '.join(known['fix_versions']) or 'no version yet'}"
            for each in packages for known in each.get("vulns", [])]  # fmt: skip
    if weak:
        return _said("\n".join(weak), 1)
    unknown = [each["name"] for each in packages if "skip_reason" in each]
    if unknown or not packages:
        return _said(f"{len(unknown)} of {len(packages)} packages could not be looked up", NOT_ASKED)
    return 0


def _said(text: str, code: int) -> int:
    sys.stdout.write(f"{text}\n")
    return code


if __name__ == "__main__":
    raise SystemExit(main())
