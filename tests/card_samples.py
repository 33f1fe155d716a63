"""Contact cards as phones and address books really write them, all about made-up people, and what each one says."""

import base64
import dataclasses
import textwrap

import media_samples
from PIL import Image

CRLF = "\r\n"


def photo(side: int = 60) -> bytes:
    """A JPEG whose quarters differ, so that a photo read wrongly is seen."""
    image = Image.new("RGB", (2, 2))
    for place, colour in enumerate(("red", "lime", "blue", "white")):
        image.paste(colour, (place % 2, place // 2, place % 2 + 1, place // 2 + 1))
    return media_samples.encoded(image.resize((side, side), Image.Resampling.NEAREST), "JPEG", quality=90)


PHOTO = base64.b64encode(photo()).decode()


def rows(width: int, *, indent: str = "", first: int = 0) -> list[str]:
    """The photo in lines; `first` characters of it stand in the line before."""
    return [indent + row for row in textwrap.wrap(PHOTO[first:], width)]


@dataclasses.dataclass(frozen=True)
class Sample:
    """One card, and the facts that a reader has to find."""

    data: bytes
    name: str
    phones: tuple[str, ...]
    has_photo: bool = False
    email: str = ""
    organisation: str = ""
    note: str = ""
    types: tuple[str, ...] = ()
    # vobject 0.9.9 cannot read it, or reads it wrongly; why.
    witness_fails: str = ""


def card(*lines: str, end: str = CRLF, codec: str = "utf-8") -> bytes:
    return end.join(["BEGIN:VCARD", *lines, "END:VCARD", ""]).encode(codec)


SAMPLES = {
    "android 2.1": Sample(
        card("VERSION:2.1", "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=89toile;Zo=C3=AB;;;",
             "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=5A=6F=C3=AB=20=", "=C3=89toile",
             "TEL;CELL;PREF:202-555-0143", "TEL;X-Boat-phone:+12025550144", "EMAIL;HOME:zoe@example.com",
             "X-ANDROID-CUSTOM:vnd.android.cursor.item/nickname;Zo;1;;;;;;;;;;;;;",
             "PHOTO;ENCODING=BASE64;JPEG:" + PHOTO[:48], *rows(72, indent=" ", first=48), ""),
        "Zoë Étoile", ("202-555-0143", "+12025550144"), has_photo=True, email="zoe@example.com", types=("CELL", "PREF"),
    ),
    "android 3.0": Sample(
        card("VERSION:3.0", "N:Okafor;Ngozi;;;", "FN:Ngozi Okafor", "TEL;TYPE=CELL:+1 202-555-0145", "TEL;TYPE=WORK:",
             "ORG:Lagoon Foods", "NOTE:Ring twice\\, then wait", "PHOTO;ENCODING=B;TYPE=JPEG:" + PHOTO[:40],
             *rows(74, indent=" ", first=40)),
        "Ngozi Okafor", ("+1 202-555-0145",), has_photo=True, organisation="Lagoon Foods", note="Ring twice, then wait",
    ),
    "old samsung, base64 without indent until a blank line": Sample(
        card("VERSION:2.1", "N:Ito;Hana;;;", "TEL;VOICE;CELL:+12025550146", "PHOTO;TYPE=JPEG;ENCODING=BASE64:",
             *rows(76), "", "TEL;HOME:2025550147"),
        "Hana Ito", ("+12025550146", "2025550147"), has_photo=True, types=("CELL", "VOICE"),
        witness_fails="takes the lines for properties",
    ),
    "nokia, base64 without indent and no blank line": Sample(
        card("VERSION:2.1", "N:Virtanen;Aino", "TEL;PREF;CELL;VOICE:+358401234567",
             "PHOTO;ENCODING=BASE64;TYPE=JPEG:" + PHOTO[:44], *rows(76, first=44)),
        "Aino Virtanen", ("+358401234567",), has_photo=True, witness_fails="takes the lines for properties",
    ),
    "iphone 3.0": Sample(
        card("VERSION:3.0", "PRODID:-//Apple Inc.//iPhone OS 17.4//EN", "N:Byron;Ada;;Dr.;", "FN:Dr. Ada Byron",
             "ORG:Analytical Engines\\, Ltd;", "TITLE:Countess", "item1.TEL;type=pref:\u202a+1 (202) 555‑0148\u202c",
             "item1.X-ABLabel:_$!<Work>!$_", "TEL;type=CELL;type=VOICE:(202) 555-0149",
             "item2.EMAIL;type=INTERNET;type=pref:ada@example.com", "item2.X-ABLabel:Studio",
             "item3.ADR;type=WORK;type=pref:;;1 Engine Row\\nFloor 2;London;;;UK", "item3.X-ABADR:gb",
             "NOTE:first\\nsecond\\; third",
             "PHOTO;X-ABCROP-RECTANGLE=ABClipRect_1&-9&-9&178&178&kJyCFVnk4Yd/yIR0uTQbc", " g==;ENCODING=b;TYPE=JPEG:"
             + PHOTO[:30], *rows(74, indent=" ", first=30), "X-ABShowAs:COMPANY"),
        "Dr. Ada Byron", ("+1 (202) 555-0148", "(202) 555-0149"), has_photo=True, email="ada@example.com",
        organisation="Analytical Engines, Ltd", note="first\nsecond; third", types=("PREF",),
        witness_fails="keeps the invisible signs around the number",
    ),
    "old address book of the mac, utf-16 without a mark": Sample(
        card("VERSION:3.0", "N:Ødegård;Åse;;;", "FN:Åse Ødegård", "TEL;type=HOME;type=pref:+47 22 12 34 56",
             "PHOTO;BASE64:", *rows(76, indent="  "), codec="utf-16-be"),
        "Åse Ødegård", ("+47 22 12 34 56",), has_photo=True, witness_fails="does not read UTF-16",
    ),
    "macos 3.0": Sample(
        card("VERSION:3.0", "PRODID:-//Apple Inc.//macOS 14.4//EN", "N:;;;;", "FN:Tidewater", "ORG:Tidewater;",
             "TEL;type=MAIN:18005550199", "X-ABShowAs:COMPANY", "X-ABUID:5AD380FD:ABPerson", end="\n"),
        "Tidewater", ("18005550199",), organisation="Tidewater",
    ),
    "outlook 2.1": Sample(
        card("VERSION:2.1", "N;LANGUAGE=de;ENCODING=QUOTED-PRINTABLE:Brandt;J=FCrgen;;;",
             "FN;ENCODING=QUOTED-PRINTABLE:J=FCrgen Brandt", "ORG:Brandt & Soehne;Vertrieb",
             "TITLE:Director", "NOTE;ENCODING=QUOTED-PRINTABLE:line one=0D=0A=", "line two=0D=0A=", "",
             "TEL;WORK;VOICE:(202) 555-0150 x12", "TEL;HOME;VOICE:",
             "ADR;WORK;PREF;ENCODING=QUOTED-PRINTABLE:;;1 Harbour Street=0D=0ASuite 4;Norfolk;VA;23510;USA",
             "LABEL;WORK;PREF;ENCODING=QUOTED-PRINTABLE:1 Harbour Street=0D=0A=", "Norfolk, VA 23510=0D=0A=", "USA",
             "X-MS-OL-DEFAULT-POSTAL-ADDRESS:2", "EMAIL;PREF;INTERNET:juergen@example.com",
             "X-MS-CARDPICTURE;TYPE=JPEG;ENCODING=BASE64:", *rows(72, indent=" "), "",
             "PHOTO;TYPE=JPEG;ENCODING=BASE64:", *rows(72, indent=" "), "", "X-MS-OL-DESIGN;CHARSET=utf-8:<card/>",
             "REV:20240313T155607Z"),
        "Jürgen Brandt", ("(202) 555-0150,12",), has_photo=True, email="juergen@example.com",
        organisation="Brandt & Soehne, Vertrieb", note="line one\nline two", types=("WORK", "VOICE"),
        witness_fails="decodes quoted-printable as UTF-8 only",
    ),
    "outlook 2.1, windows-1252 that says so": Sample(
        card("VERSION:2.1", "N;CHARSET=Windows-1252:Núñez;Inés;;;", "FN;CHARSET=Windows-1252:Inés Núñez",
             "TEL;CELL;VOICE:+34 600 123 456", codec="cp1252"),
        "Inés Núñez", ("+34 600 123 456",), witness_fails="reads UTF-8 only",
    ),
    "outlook 2.1, windows-1252 that does not say so": Sample(
        card("VERSION:2.1", "N:Lefèvre;Chloé", "FN:Chloé Lefèvre", "TEL;WORK:01 99 00 12 34", codec="cp1252"),
        "Chloé Lefèvre", ("01 99 00 12 34",), witness_fails="reads UTF-8 only",
    ),
    "japanese phone 2.1": Sample(
        card("VERSION:2.1", "N;CHARSET=SHIFT_JIS:表;千;;;", "FN;CHARSET=SHIFT_JIS:千 表",
             "TEL;CELL;CHARSET=SHIFT_JIS:０９０－１２３４－５６７８", codec="cp932"),
        "千 表", ("090-1234-5678",), witness_fails="reads UTF-8 only",
    ),
    "gmail 3.0": Sample(
        card("VERSION:3.0", "FN:Priya Raman", "N:Raman;Priya;;;", "EMAIL;TYPE=INTERNET;TYPE=WORK:priya@example.com",
             "TEL;TYPE=CELL:+91 98765 43210", "item1.URL:https\\://example.com/priya",
             "item1.X-ABLabel:PROFILE", "CATEGORIES:myContacts", "BDAY:19800101"),
        "Priya Raman", ("+91 98765 43210",), email="priya@example.com", types=("CELL",),
    ),
    "blackberry": Sample(
        card("VERSION:3.0", "PRODID:-//Research In Motion//RIM App//EN", "FN:Marta Ruiz", "N:Ruiz;Marta;;;",
             "TEL;TYPE=CELL,PREF:+1 202 555 0151", "TEL;TYPE=OTHER;:+1 202 555 0152", "NOTE;TYPE=:",
             "PHOTO;ENCODING=BASE64;TYPE=JPEG:" + PHOTO[:43], *rows(75, first=43), end="\r\r\n"),
        "Marta Ruiz", ("+1 202 555 0151", "+1 202 555 0152"), has_photo=True, types=("CELL", "PREF"),
        witness_fails="takes the lines for properties",
    ),
    "lotus": Sample(
        card("VERSION:3.0", "X-LOTUS-CHARSET:UTF-8", "X-LOTUS-CHILD_UID:A1", "FN:Jo Reyes", "N:Reyes;Jo;;;",
             "TEL;TYPE=WORK:+1.202.555.0153", 'ADR;TYPE=WORK;LABEL="1 Pier; Norfolk: VA":;;1 Pier;Norfolk;VA;23510;USA',
             "NOTE:cold\\, dark", end="\r"),
        "Jo Reyes", ("+1.202.555.0153",), note="cold, dark", types=("WORK",),
    ),
    "4.0": Sample(
        card("VERSION:4.0", "KIND:individual", "FN;LANGUAGE=en:Ada Byron", "N:Byron;Ada;;;",
             'TEL;VALUE=uri;PREF=1;TYPE="voice,cell":tel:+1-202-555-0154;ext=12',
             "TEL;VALUE=uri;TYPE=home:tel:555-0155;phone-context=+1-202", "EMAIL;PREF=1:mailto:ada@example.com",
             "PHOTO:data:image/jpeg;base64," + PHOTO[:20], *rows(74, indent=" ", first=20),
             "RELATED;TYPE=friend:urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
        "Ada Byron", ("+1-202-555-0154,12", "+1-202-555-0155"), has_photo=True, email="ada@example.com",
        types=("CELL", "VOICE"), witness_fails="keeps the address around the number",
    ),
    "4.0 with an escaped data address and no N": Sample(
        card("VERSION:4.0", "FN:Sam", "TEL:+12025550156", "PHOTO;MEDIATYPE=image/jpeg:data:image/jpeg\\;base64\\,"
             + PHOTO[:10], *rows(74, indent="\t", first=10)),
        "Sam", ("+12025550156",), has_photo=True,
    ),
    "arabic digits": Sample(
        card("VERSION:3.0", "FN:ليلى", "N:;ليلى;;;", "TEL;TYPE=CELL:+٢٠ ١٠٠ ١٢٣ ٤٥٦٧"),
        "ليلى", ("+20 100 123 4567",), types=("CELL",), witness_fails="keeps the digits as they are",
    ),
    "utf-16 with a mark": Sample(
        card("VERSION:2.1", "N;CHARSET=UTF-16:Лебедева;Анна", "TEL;CELL:+7 912 345-67-89", codec="utf-16"),
        "Анна Лебедева", ("+7 912 345-67-89",), witness_fails="does not read UTF-16",
    ),
}  # fmt: skip
