"""What a column of a list of officers can fill, and the headings by which such a column is known."""

from django.utils.translation import gettext_lazy as _

from guests.importing.looks import like_phone
from liaison.sheets.mapping import Field, Vocabulary


def like_address(text: str) -> bool:
    return "@" in text and " " not in text


ROSTER = Vocabulary(
    (
        Field("name", ("name", "officer", "liaison officer", "liaison", "lo", "full name", "nama", "nama lo",
                       "nama petugas", "nama lengkap", "petugas", "petugas lo", "petugas penghubung")),
        Field("email", ("email", "e mail", "email address", "e mail address", "mail", "surel", "alamat email"),
              looks_like=like_address),
        Field("phone", ("phone", "mobile", "phone number", "mobile number", "telephone", "whatsapp", "wa", "hp",
                        "no hp", "no hp wa", "hp wa", "nomor hp", "telepon", "no telepon", "kontak", "contact"),
              looks_like=like_phone),
        Field("languages", ("languages", "language", "languages spoken", "spoken languages", "bahasa",
                            "kemampuan bahasa", "bahasa yang dikuasai"), between=", ", joins=True),
        Field("day", ("day", "date", "days", "duty day", "tanggal", "tgl", "hari", "hari tanggal")),
        Field("shift", ("shift", "shifts", "hours", "duty hours", "duty", "time", "jam", "jam tugas", "jam dinas",
                        "jam kerja", "waktu tugas", "jadwal jaga", "piket", "start", "end", "mulai", "selesai",
                        "jam mulai", "jam selesai"), between="; ", joins=True),
        Field("capacity", ("capacity", "maximum guests", "max guests", "kapasitas", "jumlah maksimal tamu")),
        Field("charges", ("delegation", "delegations", "guest", "guests", "delegation guest", "delegations guests",
                          "country", "countries", "organisation", "organization", "looks after", "assigned to",
                          "assignment", "delegasi", "tamu", "negara", "negara delegasi", "instansi", "penugasan",
                          "mendampingi", "tamu yang didampingi", "delegasi tamu"), between="; ", joins=True),
    ),
    frozenset({"photo", "foto", "driver", "sopir", "address", "alamat", "hotel"}),
)  # fmt: skip
"""What a column of a list of officers can fill."""

_LABELS = {
    "name": _("name"),
    "email": _("e-mail address"),
    "phone": _("phone"),
    "languages": _("languages"),
    "day": _("day of duty"),
    "shift": _("hours of duty"),
    "capacity": _("capacity"),
    "charges": _("delegations and guests"),
    "duty_note": _("duty as written"),
}


def label_of(key: str) -> str:
    """What a field is called on screens, in the reader's language."""
    return str(_LABELS[key])
