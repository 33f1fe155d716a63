"""Every sentence in every language: nothing missing, nothing guessed, nothing that would break when it is filled in."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages import Catalog, Message
from django.conf import settings

from campaigns.management import extraction

ROOT: Path = settings.BASE_DIR
LANGUAGES = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
LOOK_UPS = {"_", *extraction.KEYWORDS}
PLACE = re.compile(r"%\(\w+\)[sd]|\{\w*\}|%%|</?\w+[^>]*>")
# What a phone gets as a text: signs outside the short alphabet would make it dearer.
TEXTS = ("This phone now receives", "are unsubscribed and", "are subscribed. Msg", "Picture messages for", "Reply %(")


def catalogue(language: str) -> Catalog:
    return extraction.read(ROOT / "locale" / language / "LC_MESSAGES/django.po")


def forms(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, tuple | list) else (str(value or ""),)


def messages(language: str) -> list[Message]:
    return [message for message in catalogue(language) if message.id]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_says_what_the_sources_say(language: str) -> None:
    """`make messages` brings it in step."""
    said = {(message.id, message.context) for message in extraction.catalogue(root=ROOT) if message.id}
    assert {(message.id, message.context) for message in messages(language)} == said


def test_no_sentence_is_looked_up_inside_an_f_string() -> None:
    """There some versions of Python hide it from the catalogue."""
    hidden = []
    for path in (path for path in extraction.sources(root=ROOT) if path.suffix == ".py"):
        strings = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.JoinedStr)]
        calls = [node for string in strings for node in ast.walk(string) if isinstance(node, ast.Call)]
        hidden += [f"{path.name}: {ast.unparse(call)}" for call in calls if ast.unparse(call.func) in LOOK_UPS]
    assert hidden == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_missing_or_guessed(language: str) -> None:
    assert extraction.missing(catalogue(language)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_places_are_filled_with_the_same_things(language: str) -> None:
    """A singular may leave the number out."""
    wrong = []
    for message in messages(language):
        known = [set(PLACE.findall(form)) for form in forms(message.id)]
        for form in forms(message.string):
            places = set(PLACE.findall(form))
            if places not in known:
                wrong.append((message.id, sorted(places)))
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_plurals_are_whole(language: str) -> None:
    of = catalogue(language)
    counted = {message.id: len(forms(message.string)) for message in of if isinstance(message.id, tuple | list)}
    assert set(counted.values()) == {of.num_plurals}


def test_french_signs_are_never_torn_from_their_words() -> None:
    """What stands between « and » is quoted as it is typed."""
    torn = re.compile(r"[^\u00a0\u202f\s][:;!?](?=\s|$)| [:;!?»](?=\s|$)|« ")
    quoted = re.compile("«\u00a0.*?\u00a0»")
    said = [form for message in messages("fr") if not is_text(message) for form in forms(message.string)]
    assert [form for form in said if torn.search(quoted.sub("x", PLACE.sub("x", form)))] == []


def test_french_texts_stay_in_the_short_alphabet() -> None:
    texts = [form for message in messages("fr") if is_text(message) for form in forms(message.string)]
    assert len(texts) == len(TEXTS)
    assert [form for form in texts if re.search(r"[^\x00-\x7fàéèùìòÇÉñÑ]", form)] == []


def is_text(message: Message) -> bool:
    return any(mark in forms(message.id)[0] for mark in TEXTS)
