"""Compiled translations, made from the .po files whenever those are newer."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def compile_changed(root: Path) -> int:
    """Compile every catalogue below `root` whose .po changed after its .mo; answers how many."""
    found = [*root.glob("*/locale/*/LC_MESSAGES/*.po"), *root.glob("*/theme/locale/*/LC_MESSAGES/*.po")]
    changed = [po for po in sorted(found) if _is_stale(po)]
    for po in changed:
        draft = po.with_suffix(".mo.new")
        with po.open("rb") as source, draft.open("wb") as target:
            write_mo(target, read_po(source))  # leaves out what is fuzzy or not translated
        draft.replace(po.with_suffix(".mo"))
    return len(changed)


def _is_stale(po: Path) -> bool:
    mo = po.with_suffix(".mo")
    return not mo.exists() or mo.stat().st_mtime < po.stat().st_mtime
