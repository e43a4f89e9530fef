"""How long a worker takes to check and apply a long guest list, and how much memory it takes.

`measure()` makes the list in the database of the environment, lets a process of its own do a worker's part, and takes
everything away again. That process is this module run by itself.
"""

import io
import json
import os
import random
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

import django

from tests.bench.memory import most_megabytes

ROWS = 10_000
MOST_SECONDS = 60.0
MOST_MEGABYTES = 400.0

_GIVEN = [
    "Ana",
    "Budi",
    "Citra",
    "Dewi",
    "Eko",
    "Farah",
    "Gita",
    "Hadi",
    "Indra",
    "Joko",
    "Kiran",
    "Lina",
    "Made",
    "Nadia",
    "Omar",
    "Putu",
    "Rosa",
    "Siti",
    "Tomas",
    "Umar",
]
_MIDDLE = [
    "Ayu",
    "Bagus",
    "Cahya",
    "Dian",
    "Edi",
    "Fajar",
    "Gede",
    "Hana",
    "Ilham",
    "Jaya",
    "Krisna",
    "Lestari",
    "Mega",
    "Nur",
    "Oka",
    "Pande",
    "Rini",
    "Surya",
    "Tri",
    "Wayan",
]
_FAMILY = ["Adnyana", "Baskara", "Chandra", "Darma", "Erlangga", "Firmansyah", "Gunawan", "Hartono", "Iskandar", "Junaedi", "Kusuma", "Laksmana", "Mahendra", "Nugroho", "Okonkwo", "Prasetyo", "Rahman", "Santoso", "Tanaka", "Utama", "Vargas", "Wibowo", "Yamada", "Zulkarnain"]  # fmt: skip
_TITLES = ("", "Dr. ", "Prof. Ir. ", "H.E. ", "Dra. Hj. ")
_HEADINGS = ("No", "Kategori", "Nama Lengkap & Gelar", "Jabatan", "Instansi", "Negara", "Jml Pendamping", "Tgl & Jam Tiba",
             "No. Penerbangan", "Tgl & Jam Pulang", "Hotel", "Alergi / Diet", "No. HP / WA", "LO")  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """Seconds to check and to apply in a worker, and the most memory it held."""

    rows: int
    check_seconds: float
    apply_seconds: float
    megabytes: float

    @property
    def is_good(self) -> bool:
        return self.check_seconds + self.apply_seconds <= MOST_SECONDS and self.megabytes <= MOST_MEGABYTES

    def __str__(self) -> str:
        return (
            f"{self.rows:,} rows: checked in {self.check_seconds:.1f} s, applied in {self.apply_seconds:.1f} s "
            f"(needs ≤ {MOST_SECONDS:.0f} s together), {self.megabytes:.0f} MB (needs ≤ {MOST_MEGABYTES:.0f} MB)"
        )


def workbook(rows: int) -> bytes:
    """A list of that many guests as coordinators keep it, the same for each call."""
    import openpyxl  # noqa: PLC0415 (the worker's process must not pay for it)

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Tamu")
    sheet.append(["Daftar tamu"])
    sheet.append(_HEADINGS)
    chance = random.Random(1)
    for number in range(rows):
        sheet.append(_row(number, chance))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _row(number: int, chance: random.Random) -> list[Any]:
    arrives = date(2027, 5, 10) + timedelta(days=number % 3)
    name = f"{chance.choice(_GIVEN)} {chance.choice(_MIDDLE)} {chance.choice(_FAMILY)} {number:05}"
    return [
        number + 1,
        chance.choice(("VVIP", "VIP", "tamu")),
        f"{chance.choice(_TITLES)}{name}",
        "Direktur",
        f"PT Nusantara {number % 700}",
        chance.choice(("ID", "JP", "Singapura", "Malaysia")),
        f"{number % 4} org",
        f"{arrives:%d/%m/%Y} {number % 24:02}.{number % 60:02}",
        f"GA {400 + number % 300}",
        f"{arrives + timedelta(days=3):%d/%m/%Y} 12:00",
        f"Hotel {chr(65 + number % 20)} / {100 + number % 900}",
        "Halal",
        f"0812{number:08}",
        f"Petugas {number % 300:03}",
    ]


def measure(rows: int = ROWS) -> Measured:
    """Make the list, let a worker's process check and apply it, and clean up. Needs Django set up and migrated."""
    from guests.importing.runs import request_run  # noqa: PLC0415 (needs Django set up)
    from guests.models import GuestListRun  # noqa: PLC0415 (needs Django set up)

    guest_list, by = _list_in_the_database(rows)
    results = []
    try:
        for kind in GuestListRun.Kind:
            run = request_run(guest_list=guest_list, kind=kind, by=by, at=guest_list.uploaded_at)
            command = [sys.executable, "-m", "tests.bench.importing"]
            done = subprocess.run(  # noqa: S603 (our own module)
                command, stdout=subprocess.PIPE, check=True, env=os.environ | {"DATABASE_URL": address()}
            )
            results.append(json.loads(done.stdout))
            run.refresh_from_db()
            if run.state != GuestListRun.State.DONE:
                raise RuntimeError(f"The worker failed: {run.error or run.state}")
    finally:
        _clean_up(guest_list)
    checked, applied = results
    return Measured(
        rows, checked["seconds"], applied["seconds"], max(checked["megabytes"], applied["megabytes"])
    )


def address() -> str:
    """The address of the database we are connected to, which may be one made for this run beside the one given."""
    from django.db import connection  # noqa: PLC0415 (needs Django set up)

    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


def _list_in_the_database(rows: int) -> tuple[Any, Any]:
    from django.utils import timezone  # noqa: PLC0415 (needs Django set up)

    from guests.importing.fields import GUEST_LIST  # noqa: PLC0415 (needs Django set up)
    from guests.importing.filing import sheets_of, take_in  # noqa: PLC0415 (needs Django set up)
    from liaison.sheets.mapping import Mapping, columns_of, header_row_of  # noqa: PLC0415 (needs Django set up)
    from tests.factories import make_event, make_member, make_user  # noqa: PLC0415 (needs Django set up)

    event = make_event("Bench of imports", slug="bench-of-imports")
    by = make_user("Ratna Bench", email="ratna@import.bench.example")
    for number in range(300):
        officer = make_user(
            f"Petugas {number:03}", email=f"petugas{number}@import.bench.example", password=""
        )
        make_member(officer, event, capacity=100)
    guest_list = take_in(event=event, data=workbook(rows), filename="long.xlsx", by=by, at=timezone.now())
    [sheet] = sheets_of(guest_list)
    header_row = header_row_of(sheet, GUEST_LIST)
    columns = tuple((one.index, one.guess) for one in columns_of(sheet, header_row, GUEST_LIST) if one.guess)
    guest_list.choose_columns(Mapping(sheet.name, header_row, columns).as_json() | {"rows": rows})
    return guest_list, by


def _clean_up(guest_list: Any) -> None:
    from guests.models import Guest  # noqa: PLC0415 (needs Django set up)
    from liaison.accounts.models import User  # noqa: PLC0415 (needs Django set up)

    guest_list.file.delete(save=False)
    Guest.objects.filter(visits__event=guest_list.event_id).delete()
    guest_list.event.delete()
    User.objects.filter(email__endswith="@import.bench.example").delete()


def _be_the_worker() -> None:
    django.setup()
    from django.utils import timezone  # noqa: PLC0415 (needs Django set up)

    from guests.importing.runs import work_on_next_list  # noqa: PLC0415 (needs Django set up)

    begun = time.monotonic()
    work_on_next_list(clock=timezone.now)
    seconds = time.monotonic() - begun
    megabytes = most_megabytes()
    print(json.dumps({"seconds": seconds, "megabytes": megabytes}))  # noqa: T201 (what the bench reads)


if __name__ == "__main__":
    _be_the_worker()
