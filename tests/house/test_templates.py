"""Templates: nothing inline (the content policy forbids it), and each is a page, a partial or a frame."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines

ROOT: Path = settings.BASE_DIR
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
INLINE = {
    "script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>", re.IGNORECASE),
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "script address": re.compile(r"javascript:", re.IGNORECASE),
    "evaluated htmx": re.compile(r"\b(hx-on[:\w-]*|hx-vals=['\"]js:)", re.IGNORECASE),
    "host": re.compile(r"(?:src|href|action)=[\"']\s*(?:https?:)?//", re.IGNORECASE),
}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT / "templates"))


def without_comments(source: str) -> str:
    return re.sub(r"{% comment %}.*?{% endcomment %}|{#.*?#}", "", source, flags=re.DOTALL)


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_nothing_is_inline(path: Path) -> None:
    source = without_comments(path.read_text())
    assert [kind for kind, pattern in INLINE.items() if pattern.search(source)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_is_a_page_a_partial_or_a_frame(path: Path) -> None:
    source = re.sub(r"^(\s*{% load [^%]*%})*\s*", "", without_comments(path.read_text()))
    assert path.name.startswith("_") or source.startswith(("{% extends", "<!doctype html>"))


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_template_compiles(path: Path) -> None:
    engines["django"].get_template(name(path))


@pytest.mark.parametrize(
    "kind, source",
    [
        ("script", "<script>alert(1)</script>"),
        ("style attribute", '<p style="color: red">'),
        ("event attribute", '<a onclick="go()">'),
    ],
)
def test_the_patterns_bite(kind: str, source: str) -> None:
    assert INLINE[kind].search(source)


# A number may stand in any text that was sent or written: `said` hides it from who may not see it.
TEXT_OF_A_MESSAGE = re.compile(r"{{[^}]*\b(?:message\.body|answer\.body|inbound\.text|entry\.text|last_text)\b[^}]*}}")


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_what_was_sent_or_written_is_shown_by_said(path: Path) -> None:
    assert TEXT_OF_A_MESSAGE.findall(path.read_text()) == []
