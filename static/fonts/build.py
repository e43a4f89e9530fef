"""Rebuild every bundled font: `python static/fonts/build.py FOLDER`, FOLDER holding the unpacked packages of static/README.md."""

import sys
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

HERE = Path(__file__).resolve().parent

# What Latin text in a handout may ask for; stylistic sets and alternates are left behind.
TEXT = [
    "kern",
    "mark",
    "mkmk",
    "ccmp",
    "locl",
    "liga",
    "case",
    "lnum",
    "onum",
    "pnum",
    "tnum",
    "smcp",
    "c2sc",
    "sups",
    "ordn",
]
# `locl` would drag in the other regions' shapes of every ideograph: the region is chosen by the font instead.
IDEOGRAPHS = ["kern", "mark", "mkmk", "ccmp", "palt"]
SCREEN = ["kern", "mark", "mkmk", "ccmp", "locl", "case", "tnum"]


def codes(text: str) -> set[int]:
    """The code points of a list such as `20-7e a0 2013-2014`."""
    spans = [part.split("-") for part in text.split()]
    return {code for span in spans for code in range(int(span[0], 16), int(span[-1], 16) + 1)}


def standard(codec: str, leads: str) -> set[int]:
    """Every character that two bytes of an old national standard stand for, its private use left out."""
    found: set[int] = set()
    for lead in codes(leads):
        for trail in range(0x40, 0xFF):
            found |= set(map(ord, bytes([lead, trail]).decode(codec, "ignore")))
    return {code for code in found if unicodedata.category(chr(code)) not in ("Co", "Cn")}


LATIN = codes(
    "20-7e a0-ff 131 152-153 2bb-2bc 2c6 2da 2dc 300-304 308-309 323 2009-200a 2010-2015 2018-201e 2020-2022 2026 202f 2032-2033 2039-203a 2044 20ac 2190-2193 2212"
)
LATIN_EXTENDED = codes("100-130 132-151 154-24f 250-2af 1e00-1eff 300-304 306-30c 31b 323-328 331") - LATIN
PUNCTUATION = codes("20-7e a0 b7 2010-2015 2018-201d 2026 3000-303f ff01-ff5e")
# Simplified, traditional, and the rare ones that names keep alive.
CHINESE = PUNCTUATION | standard("gbk", "81-fe") | codes("3400-4db5")
# With the vendors' kanji: 髙, 﨑 and 𠮷 are in family names.
JAPANESE = PUNCTUATION | standard("cp932", "81-9f e0-fc") | codes("20bb7")
KOREAN = PUNCTUATION | standard("euc_kr", "a1-fe") | codes("ac00-d7a3")


@dataclass(frozen=True)
class Cut:
    """One bundled font: where it comes from (`*` stands for the package's version), what is kept, what it is called."""

    source: str
    family: str
    style: str
    keep: frozenset[int] | None = None  # None: all of it
    features: tuple[str, ...] = ("*",)
    number: int = -1  # within a collection
    web: str = ""  # the name of a web font instead of a print font


def text_cuts() -> Iterable[Cut]:
    """Latin, Cyrillic and Greek for print: a serif, its display cut for names, and a sans."""
    for style, file in {"Regular": "Regular", "Italic": "It", "Semibold": "Semibold", "Bold": "Bold"}.items():
        yield Cut(f"source-serif-*/OTF/SourceSerif4-{file}.otf", "Liaison Serif", style, features=tuple(TEXT))
    for style in ("Regular", "Semibold"):
        source = f"source-serif-*/OTF/SourceSerif4Display-{style}.otf"
        yield Cut(source, "Liaison Display", style, features=tuple(TEXT))
    for style, folder in {"Regular": "400Regular", "Semibold": "600SemiBold", "Bold": "700Bold"}.items():
        source = f"expo-google-fonts-inter-*/{folder}/Inter_{folder}.ttf"
        yield Cut(source, "Liaison Sans", style, features=tuple(TEXT))


def script_cuts() -> Iterable[Cut]:
    """The other scripts for print; ideographs and Hangul in one weight with every character rather than in two with fewer."""
    for style, name in {"Regular": "400Regular", "Bold": "700Bold"}.items():
        arabic = f"expo-google-fonts-noto-naskh-arabic-*/{name}/NotoNaskhArabic_{name}.ttf"
        devanagari = f"expo-google-fonts-noto-serif-devanagari-*/{name}/NotoSerifDevanagari_{name}.ttf"
        yield Cut(arabic, "Liaison Arabic", style)
        yield Cut(devanagari, "Liaison Devanagari", style)
        yield Cut(f"noto-core/**/NotoSerifThai-{style}.ttf", "Liaison Thai", style)
    for number, family, kept in ((0, "JP", JAPANESE), (1, "KR", KOREAN), (2, "SC", CHINESE)):
        source = "noto-cjk/**/NotoSerifCJK-Regular.ttc"
        yield Cut(source, f"Liaison {family}", "Regular", frozenset(kept), tuple(IDEOGRAPHS), number)


def web_cuts() -> Iterable[Cut]:
    """What a screen loads: two weights of the sans, one of the serif, in two ranges."""
    for suffix, kept in (("latin", LATIN), ("latin-ext", LATIN_EXTENDED)):
        for weight, style, name in ((400, "Regular", "400Regular"), (600, "Semibold", "600SemiBold")):
            source = f"expo-google-fonts-inter-*/{name}/Inter_{name}.ttf"
            web = f"sans-{weight}-{suffix}.woff2"
            yield Cut(source, "Liaison Sans", style, frozenset(kept), tuple(SCREEN), web=web)
        source = "source-serif-*/TTF/SourceSerif4-Semibold.ttf"
        web = f"serif-600-{suffix}.woff2"
        yield Cut(source, "Liaison Serif", "Semibold", frozenset(kept), tuple(SCREEN), web=web)


def opened(cut: Cut, folder: Path) -> TTFont:
    """The one source font of a cut, ready to be changed."""
    [path] = folder.glob(cut.source)
    font = TTFont(path, fontNumber=cut.number)
    font.recalcTimestamp = False  # the same sources give the same bytes
    return font


def reduce(font: TTFont, cut: Cut) -> None:
    """Leave only the characters and the features that are wanted."""
    options = subset.Options(hinting=False, name_IDs=[0, 1, 2, 3, 4, 5, 6, 8, 9, 13], notdef_outline=True)
    options.layout_features = list(cut.features)
    options.drop_tables += ["DSIG", "BASE", "VORG", "vhea", "vmtx", "meta"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=cut.keep if cut.keep is not None else font.getBestCmap())
    subsetter.subset(font)


def rename(font: TTFont, cut: Cut) -> None:
    """Give it our own name, as the licence asks of a changed font whose makers reserve theirs."""
    full, post_script = f"{cut.family} {cut.style}", f"{cut.family.replace(' ', '')}-{cut.style}"
    names = font["name"]
    names.names = [record for record in names.names if record.platformID == 3]
    old = {number: names.getDebugName(number) or "" for number in (0, 5)}
    for number, value in {
        1: cut.family,
        2: cut.style,
        3: f"{post_script};{old[5]}",
        4: full,
        6: post_script,
    }.items():
        names.setName(value, number, 3, 1, 0x409)
    if "CFF " in font:
        table = font["CFF "].cff
        table.fontNames = [post_script]
        table.topDictIndex[0].FullName, table.topDictIndex[0].FamilyName = full, cut.family


def licence(font: TTFont, cut: Cut, folder: Path) -> None:
    """Write the licence beside the family: its own copyright line above the common text."""
    [common] = folder.glob("source-serif-*/LICENSE.md")
    text = common.read_text()
    notice = "This Font Software is licensed under the SIL Open Font License, Version 1.1."
    changed = (
        f'The files named "{cut.family}" here are changed: fewer characters and features, and a new name.'
    )
    body = text[text.index("-----------") :]
    path = HERE / f"OFL-{cut.family.replace(' ', '')}.txt"
    path.write_text(f"{font['name'].getDebugName(0)}\n\n{notice}\n{changed}\n\n{body}")


def build(cut: Cut, folder: Path) -> Path:
    """Write one font and its family's licence; answer where the font is."""
    font = opened(cut, folder)
    licence(font, cut, folder)
    reduce(font, cut)
    rename(font, cut)
    if cut.web:
        font.flavor = "woff2"
        path = HERE / "web" / cut.web
    else:
        ending = "otf" if "CFF " in font else "ttf"
        path = HERE / "print" / f"{cut.family.replace(' ', '')}-{cut.style}.{ending}"
    path.parent.mkdir(exist_ok=True)
    font.save(path)
    return path


def main() -> None:
    """Build everything and say how large it became."""
    [folder] = map(Path, sys.argv[1:])
    for cut in [*text_cuts(), *script_cuts(), *web_cuts()]:
        path = build(cut, folder)
        sys.stdout.write(f"{path.relative_to(HERE)} {path.stat().st_size:,}\n")


if __name__ == "__main__":
    main()
