import io
from typing import Any

import pytest

from subscriptions import importing
from subscriptions.importing import read

BIG = 1_000_000


def rows(raw: bytes) -> list[dict[str, str]]:
    return [row.cells for row in read.read(io.BytesIO(raw), limit_bytes=BIG).rows()]


@pytest.mark.parametrize(
    "raw, encoding",
    [
        ("phone,prénom\n1,Zoë\n".encode(), "utf-8"),
        ("phone,prénom\n1,Zoë\n".encode("utf-8-sig"), "utf-8-bom"),
        ("phone,prénom\n1,Zoë\n".encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + "phone,prénom\n1,Zoë\n".encode("utf-16-be"), "utf-16"),
        ("phone,prénom\n1,Zoë\n".encode("cp1252"), "windows-1252"),
        ("phone,prénom\n1,Zoë\n".encode("latin-1") + b"2,\x81\n", "latin-1"),
    ],
)
def test_the_encoding_is_found_and_told(raw: bytes, encoding: str) -> None:
    assert read.read(io.BytesIO(raw), limit_bytes=BIG).encoding == encoding
    assert rows(raw)[0] == {"phone": "1", "first_name": "Zoë"}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_separator_is_found_also_where_others_stand_in_quotes(delimiter: str) -> None:
    raw = f'phone{delimiter}"first name"\n1{delimiter}"a,b;c|d"\n'.encode()
    assert rows(raw) == [{"phone": "1", "first_name": "a,b;c|d"}]


def test_lines_keep_their_numbers_through_blank_lines_and_line_breaks_in_cells() -> None:
    raw = b'\n\nphone,store\r\n1,"a\r\nb"\r\n\r\n2,c\r\n'
    found = list(read.read(io.BytesIO(raw), limit_bytes=BIG).rows())
    assert [(row.line, row.cells["phone"]) for row in found] == [(4, "1"), (7, "2")]


def test_columns_are_known_by_many_names_and_others_become_attributes() -> None:
    raw = b"Mobile Number,First-Name,Nom,E-mail,Fuseau horaire,Favourite store,\n" + b"1,2,3,4,5,6,7\n"
    assert rows(raw) == [
        {
            "phone": "1",
            "first_name": "2",
            "last_name": "3",
            "email": "4",
            "time_zone": "5",
            "attribute.Favourite store": "6",
        }
    ]


def test_a_bare_list_of_numbers_needs_no_header() -> None:
    assert rows(b"+12125550100\n+12125550101\n") == [{"phone": "+12125550100"}, {"phone": "+12125550101"}]


def test_cells_without_a_column_are_counted() -> None:
    found = list(read.read(io.BytesIO(b"phone,city\n1,2,3,4\n1,2,,\n"), limit_bytes=BIG).rows())
    assert [row.extra for row in found] == [2, 0]


@pytest.mark.parametrize(
    "raw, code",
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"phone\n1\x00\n", "nul"),
        (b"PK\x03\x04\x00\x00phone", "nul"),
        (b"name,city\na,b\n", "no_phone_column"),
        (b"phone,mobile\n1,2\n", "column_twice"),
        (b"phone,{{ x }}\n1,2\n", "column_name"),
        (b"phone," + b",".join(b"c%d" % n for n in range(60)) + b"\n", "too_many_columns"),
        (b'phone,city\n1,"open\n2,b\n', "broken_quotes"),
        (b"phone\n" + b"1" * 1001 + b"\n", "cell_too_long"),
        (b'phone\n"' + b"1" * 200_000 + b'"\n', "cell_too_long"),
        (b"phone\n" + b"1" * BIG, "too_large"),
    ],
)
def test_a_file_that_is_no_list_of_people_is_refused_in_words(raw: bytes, code: str) -> None:
    with pytest.raises(importing.ImportRefused) as refusal:
        rows(raw)
    assert refusal.value.code == code
    assert "%(" not in str(refusal.value)


def test_a_refusal_names_the_line() -> None:
    with pytest.raises(importing.ImportRefused, match="Line 3"):
        rows(b"phone,city\n1,a\n2," + b"b" * 1001 + b"\n")


def test_more_rows_than_the_limit_are_refused(monkeypatch: Any) -> None:
    monkeypatch.setattr(read, "ROWS_LIMIT", 2)
    assert len(rows(b"phone\n1\n2\n")) == 2
    with pytest.raises(importing.ImportRefused) as refusal:
        rows(b"phone\n1\n2\n3\n")
    assert refusal.value.code == "too_many_rows"
