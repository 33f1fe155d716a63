import base64
import re

import media_samples as samples
import pytest
import vobject

from campaigns.media import fence, fit, problems, vcard, vcard_write

NOTE = "NOTE:" + "Ring twice\\, then wait. " * 40


def card_with(photo: bytes, *extra: str, kind: str = "JPEG") -> bytes:
    return samples.vcf(NOTE, *extra, f"PHOTO;ENCODING=b;TYPE={kind}:" + base64.b64encode(photo).decode())


@pytest.fixture(scope="module")
def heavy() -> bytes:
    return card_with(samples.encoded(samples.photo(900, 700), "JPEG", quality=95), "EMAIL:ada@example.com")


@pytest.mark.parametrize("budget", [20_000, 60_001, 150_002])
def test_only_the_photo_gets_smaller_and_uses_what_the_rest_leaves(heavy: bytes, budget: int) -> None:
    fitted = fit.fit(heavy, budget_bytes=budget)
    before, after = vcard.read(heavy), vcard.read(fitted.data)
    assert 0.85 * budget < len(fitted.data) <= budget
    assert (after.full_name, after.phones, after.emails, after.note) == (
        before.full_name, before.phones, before.emails, before.note
    )  # fmt: skip
    assert before.photo is not None
    assert after.photo is not None
    assert len(after.photo) < len(before.photo)
    seen = vobject.readOne(fitted.data.decode())
    assert samples.opened(seen.photo.value).format == "JPEG"
    assert fitted.steps[0].code == "photo_refitted"
    assert fitted.similarity is not None
    assert 0 <= fitted.similarity < 1  # the photo is noise, which nothing keeps


def test_the_fitted_copy_says_what_a_phone_shows_of_it(heavy: bytes) -> None:
    fitted = fence.fit(heavy, budget_bytes=60_000, name="ada.vcf")
    assert not isinstance(fitted, problems.Problem)
    assert (fitted.kind, fitted.mime, fitted.width) == ("vcf", "text/vcard", None)
    assert fitted.card is not None
    assert (fitted.card["full_name"], fitted.card["photo_kind"]) == ("Ada Byron", "jpeg")
    face = samples.opened(base64.b64decode(fitted.card["photo"]))
    assert face.size == (240, 240)


def test_the_same_input_gives_the_same_copy(heavy: bytes) -> None:
    assert fit.fit(heavy, budget_bytes=50_000) == fit.fit(heavy, budget_bytes=50_000)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 34, 35, 36, 90, 91, 1_000, 4_321])
def test_what_a_photo_takes_is_counted_exactly(size: int) -> None:
    def octets(photo: bytes | None) -> int:
        phones = (vcard.Labelled("+12025550143"),)
        return len(vcard_write.write(vcard.Card("Ada", phones, photo=photo, photo_kind="jpeg")))

    exact = octets(bytes(size)) - octets(None)
    assert exact == (vcard_write.photo_octets(size) if size else 0)
    room = vcard_write.photo_room(vcard_write.photo_octets(size))
    assert vcard_write.photo_octets(room) == vcard_write.photo_octets(size)
    assert room in range(size, size + 3)


def test_a_small_card_is_kept_and_written_properly() -> None:
    short = samples.vcf().replace(b"\r\n", b"\n")
    fitted = fit.fit(short, budget_bytes=600_000)
    assert [step.code for step in fitted.steps] == ["kept"]
    assert re.search(rb"(?<!\r)\n", fitted.data) is None
    assert fitted.similarity is None


@pytest.mark.parametrize("budget", [10, 900])
def test_a_card_without_a_photo_cannot_be_made_smaller(budget: int) -> None:
    with pytest.raises(problems.UnfitError) as refusal:
        fit.fit(samples.vcf(NOTE), budget_bytes=budget)
    (problem,) = refusal.value.problems
    assert (problem.code, problem.limit) == ("cannot_fit", budget)
    assert problem.found == len(vcard_write.write(vcard.read(samples.vcf(NOTE))))


@pytest.mark.parametrize("budget", [1, 1_100, 2_000])
def test_a_budget_without_room_for_any_photo_is_refused_with_the_smallest_card(heavy: bytes, budget: int) -> None:
    with pytest.raises(problems.UnfitError) as refusal:
        fit.fit(heavy, budget_bytes=budget)
    (problem,) = refusal.value.problems
    assert (problem.code, problem.limit) == ("cannot_fit", budget)
    assert isinstance(problem.found, int)
    assert problem.found > budget
