"""What a column of a guest list can fill, and the headings by which such a column is known."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from guests.importing.looks import (
    like_country,
    like_flight,
    like_hotel,
    like_languages,
    like_level,
    like_moment,
    like_phone,
)
from guests.models import Guest, Visit
from liaison.sheets import mapping as sheets

if TYPE_CHECKING:
    from django.db.models import Field as ModelField


@dataclass(frozen=True)
class Field(sheets.Field):
    """A field of the guest or the visit."""

    @property
    def of_guest(self) -> bool:
        return self.key in {*GUEST_KEYS, *NAME_PARTS, "phones"}

    @property
    def label(self) -> str:
        return label_of(self.key)


GUEST_KEYS = frozenset(
    [
        "name",
        "honorific_before",
        "honorific_after",
        "addressed_as",
        "native_name",
        "office",
        "organisation",
        "country",
        "languages",
        "diet",
    ]
)
"""What is written to the guest; every other key is written to the visit."""

NAME_PARTS = ("given_name", "family_name")
"""What makes up the name, where a list keeps it in two columns."""


BESIDE = frozenset({"arrival_flight", "departure_flight", "phones", "officer"})
"""What is written neither to the guest nor to the visit, but beside them."""

FLIGHTS = ("arrival_flight", "departure_flight")
"""What is written to the guest's itinerary."""


def model_field(key: str) -> "ModelField[object, object]":
    """The column of the database behind a key."""
    return (Guest if key in GUEST_KEYS else Visit)._meta.get_field(key)  # type: ignore[return-value]  # noqa: SLF001 (Django's own API)


def label_of(key: str) -> str:
    """The field's name in the reader's language."""
    return str(_LABELS[key]) if key in _LABELS else str(model_field(key).verbose_name)


_LABELS = {
    "given_name": _("given name"),
    "family_name": _("family name"),
    "arrival_flight": _("arrival flight"),
    "departure_flight": _("departure flight"),
    "officer": _("liaison officer"),
    "phones": _("personal phones"),
    "delegation": _("delegation"),
    "hotel": _("hotel"),
}
"""The names of what no column of the database keeps as it stands."""


def longest(key: str) -> int:
    """How many characters the database keeps of the field."""
    if key in _LONGEST:
        return _LONGEST[key]
    return model_field(key).max_length or 0


_LONGEST = {
    "given_name": 100,
    "family_name": 100,
    "phones": 1000,
    "officer": 200,
    **dict.fromkeys(FLIGHTS, 20),
}

NAME = Field(
    "name",
    ("full name", "guest name", "name of guest", "name", "nama lengkap", "nama lengkap gelar",
     "nama lengkap dan gelar", "nama tamu", "nama", "speaker", "participant", "peserta", "guest", "tamu"),
)  # fmt: skip

FIELDS: tuple[Field, ...] = (
    NAME,
    Field("given_name", ("given name", "given names", "first name", "first names", "forename", "nama depan")),
    Field("family_name", ("family name", "last name", "surname", "nama belakang", "nama keluarga", "marga")),
    Field("honorific_before", ("honorific", "honorifics", "prefix", "gelar depan", "gelar", "title", "titel",
                               "titles before the name", "gelar di depan nama")),
    Field("honorific_after", ("suffix", "gelar belakang", "degrees", "titles after the name",
                              "gelar di belakang nama")),
    Field(
        "addressed_as",
        ("addressed as", "form of address", "salutation", "sapaan", "panggilan", "dear"),
    ),
    Field(
        "native_name",
        ("native name", "name in native script", "original name", "local name", "nama asli", "nama aksara asli",
         "name in its own script", "nama dalam aksara aslinya"),
    ),
    Field("office", ("office", "post", "position", "job title", "designation", "jabatan", "posisi")),
    Field(
        "organisation",
        ("organisation", "organization", "institution", "company", "affiliation", "instansi", "instansi negara",
         "organisasi", "lembaga", "institusi", "perusahaan", "asal instansi", "afiliasi"),
    ),
    Field(
        "country",
        ("iso code", "country code", "iso", "iso 3166", "iso2", "iso3", "kode negara", "country", "negara",
         "nationality", "kebangsaan", "kewarganegaraan", "asal negara"),
        looks_like=like_country,
    ),
    Field(
        "delegation",
        ("delegation", "delegation name", "delegasi", "nama delegasi", "member state", "state", "rombongan",
         "country name", "nama negara", "country", "negara"),
    ),
    Field("level", ("level", "category", "kategori", "tingkat", "class", "kelas", "vip", "vvip vip"), looks_like=like_level),
    Field("rank", ("rank", "speaking order", "order of precedence", "precedence", "order", "peringkat", "urutan",
                   "nomor urut", "no urut")),
    Field("languages", ("languages", "language", "bahasa", "spoken languages"), looks_like=like_languages),
    Field(
        "diet",
        ("diet", "dietary requirements", "dietary", "allergies", "allergy", "alergi diet", "alergi", "pantangan",
         "makanan", "pantangan makanan"),
        between="; ",
        joins=True,
    ),
    Field(
        "arrives_at",
        ("arrives", "arrival", "arrival time", "arrival date", "arrival date and time", "arrival date time",
         "arrives at", "eta", "tgl jam tiba", "tanggal jam tiba", "tanggal tiba", "tgl tiba", "waktu tiba", "jam tiba",
         "tiba", "kedatangan", "tgl kedatangan", "tanggal kedatangan", "jam kedatangan", "waktu kedatangan",
         "tgl jam kedatangan", "hari tanggal kedatangan", "date of arrival", "time of arrival"),
        joins=True,
        looks_like=like_moment,
    ),
    Field(
        "departs_at",
        ("departs", "departure", "departure time", "departure date", "departure date and time",
         "departure date time", "departs at", "etd", "tgl jam pulang", "tanggal jam pulang", "tanggal pulang",
         "waktu pulang", "jam pulang", "tgl pulang", "pulang", "keberangkatan", "kepulangan", "tgl kepulangan",
         "tanggal kepulangan", "jam kepulangan", "waktu kepulangan", "tgl jam kepulangan", "tgl keberangkatan",
         "tanggal keberangkatan", "jam keberangkatan", "waktu keberangkatan", "date of departure",
         "time of departure", "berangkat"),
        joins=True,
        looks_like=like_moment,
    ),
    Field(
        "arrival_flight",
        ("arrival flight", "inbound flight", "flight", "flight number", "flight no", "penerbangan", "no penerbangan",
         "nomor penerbangan", "no flight", "flight kedatangan", "penerbangan kedatangan", "penerbangan tiba",
         "kedatangan flight", "flight tiba", "arrival flight number", "arrival flight no",
         "no penerbangan kedatangan", "no penerbangan tiba"),
        between=" → ",
        looks_like=like_flight,
    ),
    Field(
        "departure_flight",
        ("departure flight", "outbound flight", "return flight", "penerbangan pulang", "no penerbangan pulang",
         "nomor penerbangan pulang", "flight kepulangan", "penerbangan kepulangan", "flight pulang",
         "flight keberangkatan", "departure flight number", "departure flight no",
         "no penerbangan kepulangan", "penerbangan keberangkatan"),
        between=" → ",
        looks_like=like_flight,
    ),
    Field("hotel", ("hotel", "hotel name", "nama hotel", "accommodation", "penginapan", "akomodasi"), looks_like=like_hotel),
    Field("room", ("room", "room number", "room no", "kamar", "nomor kamar", "no kamar")),
    Field(
        "companions",
        ("companions", "number of companions", "entourage", "accompanying", "jml pendamping", "jumlah pendamping",
         "pendamping", "pengikut"),
    ),
    Field(
        "officer",
        ("lo", "liaison officer", "liaison", "officer", "nama lo", "lo name", "petugas", "petugas lo",
         "petugas penghubung", "pendamping lo", "petugas penghubung lo"),
    ),
    Field(
        "phones",
        ("phone", "phones", "phone number", "phone no", "mobile", "mobile phone", "mobile number", "telephone",
         "telepon", "no telepon", "nomor telepon", "telp", "no telp", "hp", "no hp", "nomor hp", "hp wa", "no hp wa",
         "wa", "no wa", "whatsapp", "handphone", "ponsel", "personal phones", "telepon pribadi"),
        between="; ",
        joins=True,
        looks_like=like_phone,
    ),
    Field("photo_consent", ("photo consent", "photo", "may be photographed", "izin foto", "boleh difoto", "foto")),
    Field(
        "press_consent",
        ("press consent", "interview", "may be interviewed", "izin wawancara", "boleh diwawancara", "boleh diwawancarai", "wawancara"),
    ),
    Field("note", ("note", "notes", "remarks", "remark", "comments", "catatan", "keterangan", "ket"), "; ", joins=True),
    Field(
        "external_key",
        ("external key", "key", "guest id", "id", "uid", "reference", "ref", "id tamu", "kode tamu", "kode",
         "registration number", "nomor registrasi", "kunci luar"),
    ),
)  # fmt: skip

BY_KEY = {field.key: field for field in FIELDS}

GUEST_LIST = sheets.Vocabulary(
    FIELDS,
    frozenset(
        [
            "flight",
            "penerbangan",
            "airport",
            "bandara",
            "lo",
            "officer",
            "petugas",
            "phone",
            "telepon",
            "hp",
            "wa",
            "city",
            "kota",
            "email",
            "passport",
            "paspor",
            "driver",
            "sopir",
        ]
    ),
)
"""The fields, and the words of a heading (“Arrival flight”) that turn it to something else."""

GROUPS = (
    (_("The guest"), tuple(field for field in FIELDS if field.of_guest)),
    (_("The visit"), tuple(field for field in FIELDS if not field.of_guest)),
)
