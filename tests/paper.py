"""Reading PDFs in tests, with poppler's eyes rather than with those that wrote them."""

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory


def text_of(pdf: bytes) -> str:
    """The text in reading order, each run of white space as one space."""
    return " ".join(_poppler("pdftotext", pdf, "-enc", "UTF-8", "-", before=False).split())


def fonts_of(pdf: bytes) -> set[str]:
    """The families of all fonts inside, without the letters that mark a subset; fails if one is not embedded."""
    families = set()
    for line in _poppler("pdffonts", pdf).splitlines()[2:]:
        columns = line.split()
        assert columns[-5] == "yes", f"not embedded: {line}"
        families.add(columns[0].partition("+")[2])
    return families


def _poppler(program: str, pdf: bytes, *options: str, before: bool = True) -> str:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "paper.pdf"
        path.write_bytes(pdf)
        words = [program, *options, str(path)] if before else [program, str(path), *options[-1:]]
        done = subprocess.run(words, capture_output=True, check=True)  # noqa: S603 (a program of the system, our own file)
    return done.stdout.decode()
