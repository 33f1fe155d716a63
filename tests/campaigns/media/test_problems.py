import re
from pathlib import Path

from django.utils import translation

from campaigns.forms import media_words
from campaigns.media import problems, reviews
from campaigns.media.fit import result

CODES = re.findall(r"^\| (\w+)[ (|]", problems.__doc__ or "", re.MULTILINE)[1:]


def test_every_code_in_use_is_in_the_table() -> None:
    used = set()
    for path in Path(problems.__file__).parent.rglob("*.py"):
        used |= set(re.findall(r'(?:refuse|Problem)\(\s*(?:code=)?"(\w+)"', path.read_text()))
    assert used
    assert used - set(CODES) == set()


def test_every_code_has_words_that_are_whole() -> None:
    with translation.override("en"):
        for code in CODES:
            found = "corrupt" if code == "vcard_photo_unreadable" else 1_234_567
            words = media_words.sentence(code, 1_000_000, found)
            assert words
            assert "{" not in words


def test_figures_are_in_kilobytes_of_a_thousand() -> None:
    with translation.override("en"):
        words = media_words.sentence("too_large_total", 1_000_000, 1_000_001)
    assert words == "File and text together have 1,000.001 KB, 1 byte over the limit of 1,000 KB."


def test_line_is_said_first() -> None:
    with translation.override("en"):
        assert media_words.sentence("vcard_no_end", line=7).startswith("Line 7: ")


def test_every_note_and_step_has_words() -> None:
    documented = f"{reviews.Review.__doc__} {result.Step.__doc__}"
    for code in media_words._NOTES:
        assert re.search(rf"\b{code}\b", documented), code
        assert "{" not in media_words.note(code, 5)
