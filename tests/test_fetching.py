"""Nothing that is uploaded or written makes the server call an address: a real ear listens, and hears nothing.

The ear has an address in numbers. Of names: where a parser is written in Python, an audit hook sees every question for a
name; those written in other languages cannot ask, which their files show.
"""

import io
import json
import socket
import sys
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any

import openpyxl
import pikepdf
import psycopg_binary
import pytest
import python_calamine
import weasyprint
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl.worksheet.worksheet import Worksheet

from events.programme import extract_calendar, extract_schedule
from events.programme.reading import read_listing
from guests import extract_pages
from guests.documents import DocumentError, judged
from guests.papers import render
from guests.prints import print_day_sheet, print_handout
from liaison.paper.pdf import ForbiddenAddressError, bind, lay_out
from liaison.sheets import extract
from liaison.sheets.reading import UnreadableFileError, read_sheets
from liaison.uploads import PictureField
from tests.events.programme.files import FORUM, calendar, day, entry, schedule, talk
from tests.factories import NOW
from tests.guests.phone import now as now
from tests.liaison.sheets import files
from tests.planted import plant_everywhere, sato_of
from tests.planted import scene as scene
from tests.test_routes import Scene


class Ear:
    """A listener on this machine that notes who calls, one after the other, and answers nothing of use."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._calls: list[str] = []
        self._thread = Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while True:
            caller, _address = self._socket.accept()
            with caller, suppress(OSError):
                caller.settimeout(5)
                said = caller.recv(2000).decode(errors="replace").partition("\r\n")[0]
                self._calls.append(said)
                caller.sendall(b"HTTP/1.1 404 Not found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            if said == "end":
                return

    def heard(self) -> list[str]:
        """Whoever has called until now: calls are taken in order, so all others are before our own last one."""
        with socket.create_connection(self._socket.getsockname()) as last:
            last.sendall(b"end")
            self._thread.join(20)
        self._socket.close()
        assert self._calls[-1] == "end"
        return self._calls[:-1]


@pytest.fixture
def ear() -> Ear:
    return Ear()


_asked: list[str] = []
_is_watching = [False]


def _watch(event: str, args: tuple[Any, ...]) -> None:
    if _is_watching[0] and event in {
        "socket.getaddrinfo",
        "socket.gethostbyname",
        "socket.connect",
        "subprocess.Popen",
    }:
        _asked.append(f"{event} {args[:2]}")


@pytest.fixture
def asked() -> Iterator[list[str]]:
    """What this process asks the network for meanwhile. A hook stays as long as the process, so it is switched."""
    if not getattr(_watch, "is_there", False):
        sys.addaudithook(_watch)
        _watch.is_there = True  # type: ignore[attr-defined]
    _asked.clear()
    _is_watching[0] = True
    yield _asked
    _is_watching[0] = False


def test_the_ear_hears_and_the_hook_sees(ear: Ear, asked: list[str]) -> None:
    with suppress(OSError):
        urllib.request.urlopen(f"{ear.url}/control")  # noqa: S310 (our own ear)
    with suppress(OSError):
        socket.getaddrinfo("name.invalid", 80)
    assert [each.partition(" ")[0] for each in asked] == [
        "socket.getaddrinfo",
        "socket.connect",
        "socket.getaddrinfo",
    ]
    assert ear.heard() == ["GET /control HTTP/1.1"]


# --- files ---------------------------------------------------------------------------------------------------------


def xlsx(url: str) -> bytes:
    """Formulas that fetch, links, a picture and a workbook elsewhere."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.append(["Name", "Office"])
    for formula in ("WEBSERVICE", "HYPERLINK", "IMAGE", "IMPORTXML"):
        sheet.append(["Ana", f'={formula}("{url}/{formula}")'])
    sheet.append(["Ana", f"='{url}/[book.xlsx]Sheet1'!A1"])
    sheet["A2"].hyperlink = f"{url}/link"
    out = io.BytesIO()
    book.save(out)
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    outside = "".join(
        f'<Relationship Id="x{number}" Type="{kind}/{name}" Target="{url}/{name}" TargetMode="External"/>'
        for number, name in enumerate(
            ("image", "externalLinkPath", "oleObject", "attachedTemplate", "drawing")
        )
    )
    there = f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{outside}</Relationships>'
    with zipfile.ZipFile(out, "a") as archive:
        for part in (
            "xl/externalLinks/_rels/externalLink1.xml.rels",
            "xl/drawings/_rels/drawing1.xml.rels",
            "xl/_rels/x.rels",
        ):
            archive.writestr(part, there)
    return out.getvalue()


def doctype(url: str) -> str:
    return f'<!DOCTYPE x [<!ENTITY % p SYSTEM "{url}/p.dtd">%p;<!ENTITY e SYSTEM "{url}/e">]>'


def ods(url: str, before: str = "") -> bytes:
    link = f'xlink:href="{url}/ods" xmlns:xlink="http://www.w3.org/1999/xlink"'
    data = files.ods([["Name", "Office"], ["Ana", f"<text:a {link}>x</text:a>"]])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    more = f'<draw:image xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" {link}/>'
    source = f"<table:table-source {link}/>"
    content = (
        parts["content.xml"].decode().replace("<table:table-row>", f"{source}{more}<table:table-row>", 1)
    )
    parts["content.xml"] = (before + content).encode()
    return files.zipped(dict(parts))


def workbooks(url: str) -> dict[str, bytes]:
    cell = files.text_cell("A1", "&e;")
    return {
        "xlsx": xlsx(url),
        "xlsx with entities": files.zipped(
            {
                name: doctype(url) + part.decode() if name.endswith("sheet1.xml") else part
                for name, part in members(files.xlsx_of_xml(f'<row r="1">{cell}</row>')).items()
            }
        ),
        "ods": ods(url),
        "ods with entities": ods(url, doctype(url)),
        "csv": f'Name,Photo\nAna,{url}/photo\nBudi,"=WEBSERVICE(""{url}/csv"")"\n'.encode(),
        "page": f'<html><img src="{url}/page"><table><tr><td>Name</table>'.encode(),
    }


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


_STANDARD = (
    "BEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0800\r\nTZOFFSETTO:+0800\r\nEND:STANDARD"
)


def listings(url: str) -> dict[str, bytes]:
    event = f'<room name="A"><event id="1"><title>&e;</title><logo>{url}/logo</logo><url>{url}/u</url></event></room>'
    xml = f'<schedule><version>1</version><day date="2027-05-13">{event}</day></schedule>'
    include = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{url}/include"/>'
    whole = json.loads(schedule([day(talk())]))
    whole["$schema"] = whole["schedule"]["url"] = whole["schedule"]["conference"]["logo"] = (
        f"{url}/schedule.json"
    )
    attached = [f"ATTACH;FMTTYPE=text/html:{url}/a", f"URL:{url}/u", f"IMAGE;VALUE=URI:{url}/i", f'LOCATION;ALTREP="{url}/l":Hall',
                f"CONFERENCE;VALUE=URI:{url}/c", f'ORGANIZER;DIR="{url}/d":mailto:x@example.org']  # fmt: skip
    zone = f"BEGIN:VTIMEZONE\r\nTZID:Else/Where\r\nTZURL:{url}/zone\r\n{_STANDARD}\r\nEND:VTIMEZONE"
    return {
        "json": json.dumps(whole).encode(),
        "xml with entities": (doctype(url) + xml).encode(),
        "xml with a sheet": f'<?xml-stylesheet href="{url}/x.xsl"?>{xml.replace("&e;", "x")}'.encode(),
        "xml with an include": xml.replace("&e;", include).encode(),
        "xml with a schema": xml.replace(
            "<schedule>", f'<schedule xmlns="{url}/ns" schemaLocation="{url}/x.xsd">'
        ).encode(),
        "calendar": calendar(zone, entry(*attached)),
    }


def test_no_list_is_asked_for_more_than_it_says(ear: Ear) -> None:
    for read, made in ((read_sheets, workbooks), (lambda data: read_listing(data, FORUM), listings)):
        for data in made(ear.url).values():
            assert ear.url.encode() in data or data.startswith(b"PK")
            with suppress(UnreadableFileError):
                read(data)
    assert ear.heard() == []


def test_most_of_them_are_read_all_the_same(ear: Ear) -> None:
    """Else the sweep would prove only that they are refused."""
    read = set()
    for name, data in workbooks(ear.url).items():
        with suppress(UnreadableFileError):
            read |= {name} if read_sheets(data) else set()
    for name, data in listings(ear.url).items():
        with suppress(UnreadableFileError):
            read |= {name} if read_listing(data, FORUM).sessions else set()
    assert read >= {"xlsx", "ods", "csv", "json", "xml with a sheet", "calendar"}


def test_no_parser_asks_for_a_name(asked: list[str]) -> None:
    """Run here and not in their own processes, where the hook sees them; with names instead of numbers."""
    for data in listings("http://liaison-test.invalid").values():
        for parser in (extract_calendar, extract_schedule):
            with suppress(Exception):
                parser.extract(data)
    for data in workbooks("http://liaison-test.invalid").values():
        extract.extract(data)
    extract_pages.extract(pdf("http://liaison-test.invalid"))
    assert asked == []


@pytest.mark.parametrize("package", [python_calamine, pikepdf])
def test_what_is_not_python_cannot_call_anybody(package: Any) -> None:
    """The libraries do not even import the system's words for asking for a name and for connecting."""
    folder = Path(package.__file__).parent
    libraries = [*folder.glob("*.so"), *folder.parent.glob(f"{folder.name}.libs/*")]
    assert libraries
    for library in libraries:
        assert not [
            word
            for word in (b"\0getaddrinfo\0", b"\0gethostbyname\0", b"\0connect\0")
            if word in library.read_bytes()
        ]
    database = Path(psycopg_binary.__file__).parent
    those_that_call = database.parent.glob(f"{database.name}.libs/*")
    assert [library for library in those_that_call if b"\0connect\0" in library.read_bytes()]  # the control


# --- documents and pictures ----------------------------------------------------------------------------------------


def pdf(url: str) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as book:
        book.add_blank_page()
        book.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=f"{url}/pdf")
        book.Root.X = pikepdf.Dictionary(
            S=pikepdf.Name.GoToR, F=pikepdf.Dictionary(FS=pikepdf.Name.URL, F=f"{url}/pdf")
        )
        book.save(out)
    return out.getvalue()


def test_no_document_and_no_picture_fetches(ear: Ear) -> None:
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{ear.url}/svg"/><use href="{ear.url}/use#x"/></svg>'
    judged(pdf(ear.url))
    for data in (
        drawing.encode(),
        (doctype(ear.url) + drawing).encode(),
        f'<img src="{ear.url}/x">'.encode(),
    ):
        with pytest.raises(DocumentError):
            judged(data)
        with pytest.raises(ValidationError):
            PictureField().clean(SimpleUploadedFile("x.png", data))
    assert ear.heard() == []


# --- paper ---------------------------------------------------------------------------------------------------------


def calls(url: str) -> list[str]:
    """Every way a page has of fetching."""
    return [
        f'<img src="{url}/img" srcset="{url}/set 2x">', f'<link rel="stylesheet" href="{url}/css">', f"<style>@import url({url}/at);</style>",
        f'<p style="background: url({url}/bg)">x</p>', f'<object data="{url}/object"></object>', f'<embed src="{url}/embed">',
        f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{url}/svg"/></svg>', f'<link rel="attachment" href="{url}/att">',
        f'<style>@font-face {{ font-family: x; src: url({url}/font) }} p {{ font-family: x }}</style><p>x</p>', f'<base href="{url}/"><img src="b">',
        f'<input type="image" src="{url}/input">', f'<meta http-equiv="refresh" content="0;url={url}/meta">', f'<a href="{url}/a">x</a>',
        f'<p style="list-style: url({url}/li); content: url({url}/content)">x</p>',
    ]  # fmt: skip


def test_a_paper_fetches_nothing_even_where_a_text_were_markup(ear: Ear) -> None:
    for body in calls(ear.url):
        with suppress(ForbiddenAddressError):
            bind([lay_out("Page", f'<html lang="en"><body>{body}</body></html>', "css/handout.css")])
    assert ear.heard() == []


def test_what_sets_papers_would_fetch(ear: Ear) -> None:
    """The control: by its own fetcher."""
    weasyprint.HTML(string="".join(calls(ear.url))).write_pdf()
    assert {call.split()[1] for call in ear.heard()} >= {
        "/img",
        "/css",
        "/at",
        "/bg",
        "/svg",
        "/att",
        "/font",
    }


@pytest.mark.usefixtures("now")
def test_no_text_in_any_table_makes_a_paper_fetch(scene: Scene, ear: Ear) -> None:
    whole, short = "".join(calls(ear.url)[:2]), f"<img src={ear.url}>"
    plant_everywhere(whole, short, "<img>")
    cast = scene.cast
    handout = print_handout(visit=sato_of(cast), language="en", by=cast.ratna, at=NOW)
    sheet = print_day_sheet(visit=sato_of(cast), day=NOW.date(), holder=cast.sari, by=cast.ratna, at=NOW)
    for paper in (handout, sheet):
        assert ear.url in json.dumps(paper.data)
        render([paper])
    assert ear.heard() == []
