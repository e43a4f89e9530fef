"""What a column of a guest list can fill, and the headings by which such a column is known."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from guests.models import Guest, Visit

if TYPE_CHECKING:
    from django.db.models import Field as ModelField


@dataclass(frozen=True)
class Field:
    """A field of the guest or the visit, with its usual headings (in `comparing.words` form), the surest first."""

    key: str
    headings: tuple[str, ...]

    @property
    def of_guest(self) -> bool:
        return self.key in GUEST_KEYS

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


def model_field(key: str) -> "ModelField[object, object]":
    """The column of the database behind a key."""
    return (Guest if key in GUEST_KEYS else Visit)._meta.get_field(key)  # type: ignore[return-value]  # noqa: SLF001 (Django's own API)


def label_of(key: str) -> str:
    """The field's name in the reader's language."""
    return str(model_field(key).verbose_name)


def longest(key: str) -> int:
    """How many characters the database keeps of the field."""
    return model_field(key).max_length or 0


NAME = Field(
    "name",
    ("full name", "guest name", "name of guest", "name", "nama lengkap", "nama lengkap gelar",
     "nama lengkap dan gelar", "nama tamu", "nama", "speaker", "participant", "peserta", "guest", "tamu"),
)  # fmt: skip

FIELDS: tuple[Field, ...] = (
    NAME,
    Field("honorific_before", ("honorific", "honorifics", "prefix", "gelar depan", "gelar", "title", "titel")),
    Field("honorific_after", ("suffix", "gelar belakang", "degrees")),
    Field(
        "addressed_as",
        ("addressed as", "form of address", "salutation", "sapaan", "panggilan", "dear"),
    ),
    Field(
        "native_name",
        ("native name", "name in native script", "original name", "local name", "nama asli", "nama aksara asli"),
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
    ),
    Field(
        "delegation",
        ("delegation", "delegation name", "delegasi", "nama delegasi", "member state", "state", "rombongan",
         "country name", "nama negara", "country", "negara"),
    ),
    Field("level", ("level", "category", "kategori", "tingkat", "class", "kelas", "vip", "vvip vip")),
    Field("rank", ("rank", "speaking order", "order of precedence", "precedence", "order", "peringkat", "urutan",
                   "nomor urut", "no urut")),
    Field("languages", ("languages", "language", "bahasa", "spoken languages")),
    Field(
        "diet",
        ("diet", "dietary requirements", "dietary", "allergies", "allergy", "alergi diet", "alergi", "pantangan",
         "makanan", "pantangan makanan"),
    ),
    Field(
        "arrives_at",
        ("arrives", "arrival", "arrival time", "arrival date", "arrival date and time", "arrival date time",
         "arrives at", "eta", "tgl jam tiba", "tanggal jam tiba", "tanggal tiba", "waktu tiba", "jam tiba", "tiba",
         "kedatangan"),
    ),
    Field(
        "departs_at",
        ("departs", "departure", "departure time", "departure date", "departure date and time",
         "departure date time", "departs at", "etd", "tgl jam pulang", "tanggal jam pulang", "tanggal pulang",
         "waktu pulang", "jam pulang", "pulang", "keberangkatan", "kepulangan"),
    ),
    Field("hotel", ("hotel", "hotel name", "nama hotel", "accommodation", "penginapan", "akomodasi")),
    Field("room", ("room", "room number", "room no", "kamar", "nomor kamar", "no kamar")),
    Field(
        "companions",
        ("companions", "number of companions", "entourage", "accompanying", "jml pendamping", "jumlah pendamping",
         "pendamping", "pengikut"),
    ),
    Field("photo_consent", ("photo consent", "photo", "may be photographed", "izin foto", "boleh difoto", "foto")),
    Field(
        "press_consent",
        ("press consent", "interview", "may be interviewed", "izin wawancara", "boleh diwawancara", "wawancara"),
    ),
    Field("note", ("note", "notes", "remarks", "remark", "comments", "catatan", "keterangan", "ket")),
    Field(
        "external_key",
        ("external key", "key", "guest id", "id", "uid", "reference", "ref", "id tamu", "kode tamu", "kode",
         "registration number", "nomor registrasi"),
    ),
)  # fmt: skip

BY_KEY = {field.key: field for field in FIELDS}

GROUPS = (
    (_("The guest"), tuple(field for field in FIELDS if field.of_guest)),
    (_("The visit"), tuple(field for field in FIELDS if not field.of_guest)),
)
