"""Cards of each maker: what is read of them, with vobject as the witness for those that it can read."""

import card_samples
import media_samples
import pytest
import vobject
from card_samples import SAMPLES, Sample

from campaigns.media import fence, kinds, vcard, vcard_write

every_sample = pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)


@every_sample
def test_the_facts_of_a_card_are_read(sample: Sample) -> None:
    card = vcard.read(sample.data)
    assert card.full_name == sample.name
    assert tuple(phone.value for phone in card.phones) == sample.phones
    assert next((email.value for email in card.emails), "") == sample.email
    assert (card.organisation, card.note) == (sample.organisation, sample.note)
    assert not sample.types or card.phones[0].types == sample.types
    assert (card.photo is not None) == sample.has_photo


@every_sample
def test_the_photo_is_whole(sample: Sample) -> None:
    photo = vcard.read(sample.data).photo
    if sample.has_photo:
        assert photo is not None
        picture = media_samples.opened(photo).convert("RGB")
        assert picture.size == (60, 60)
        corners = [picture.getpixel(place) for place in ((5, 5), (54, 5), (5, 54), (54, 54))]
        assert [[part > 128 for part in corner] for corner in corners if isinstance(corner, tuple)] == [
            [True, False, False], [False, True, False], [False, False, True], [True, True, True]
        ]  # fmt: skip


@every_sample
def test_it_is_taken_for_a_card_whatever_it_is_called(sample: Sample) -> None:
    assert kinds.sniff(sample.data, name="upload.bin") == "vcf"


@every_sample
def test_the_witness_reads_the_same_where_it_can(sample: Sample) -> None:
    """And nowhere else: what it cannot read is marked, so that no card of ours goes without a witness unseen."""
    try:
        said = by_the_witness(sample.data)
    except (UnicodeError, vobject.base.VObjectError, AttributeError, StopIteration):
        said = None
    assert (said != by_us(sample.data)) == bool(sample.witness_fails)


def by_us(data: bytes) -> tuple[str, list[str], list[str]]:
    card = vcard.read(data)
    return card.full_name, [phone.value for phone in card.phones], [email.value for email in card.emails]


def by_the_witness(data: bytes) -> tuple[str, list[str], list[str]]:
    seen = vobject.readOne(data.decode(), allowQP=b"QUOTED-PRINTABLE" in data)
    name = seen.fn.value if hasattr(seen, "fn") else str(seen.n.value).strip()
    phones = [line.value for line in seen.contents["tel"] if line.value]
    return name, phones, [line.value for line in seen.contents.get("email", [])]


@every_sample
def test_what_is_written_is_read_the_same_by_the_witness(sample: Sample) -> None:
    card = vcard.read(sample.data)
    seen = vobject.readOne(vcard_write.write(card).decode())
    assert seen.version.value == "3.0"
    assert seen.fn.value == card.full_name
    assert [line.value for line in seen.contents["tel"]] == [phone.value for phone in card.phones]
    assert [line.value for line in seen.contents.get("email", [])] == [email.value for email in card.emails]
    assert [line.value for line in seen.contents.get("note", [])] == [card.note] * bool(card.note)
    assert [line.value for line in seen.contents.get("photo", [])] == [card.photo] * bool(card.photo)
    assert [line.value for line in seen.contents.get("org", [])] == [[card.organisation]] * bool(card.organisation)
    if any(card.names):
        name = seen.n.value
        assert (name.family, name.given, name.prefix) == (card.names[0], card.names[1], card.names[3])
    for address, line in zip(card.addresses, seen.contents.get("adr", []), strict=True):
        place = line.value
        parts = [place.box, place.extended, place.street, place.city, place.region, place.code, place.country]
        assert parts == address.value.split("\n")


@every_sample
def test_what_is_written_is_read_the_same_by_us(sample: Sample) -> None:
    card = vcard.read(sample.data)
    again = vcard.read(vcard_write.write(card))
    assert (again.full_name, again.phones, again.emails) == (card.full_name, card.phones, card.emails)
    assert (again.addresses, again.note, again.organisation) == (card.addresses, card.note, card.organisation)


def test_a_name_from_its_parts_is_said_and_a_number_without_its_country_is_advised() -> None:
    verdict = fence.review(SAMPLES["old samsung, base64 without indent until a blank line"].data, name="hana.vcf")
    assert verdict.ok
    assert "name_derived" in verdict.notes
    (advice,) = verdict.problems
    rows = len(card_samples.rows(76))
    assert (advice.code, advice.severity, advice.found, advice.limit, advice.line) == (
        "vcard_phone_not_e164", "advice", "2025550147", "+12025550147", 5 + rows + 2
    )  # fmt: skip
