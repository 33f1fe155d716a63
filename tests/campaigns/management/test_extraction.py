from pathlib import Path

import pytest

from campaigns.management import extraction

PYTHON = """
from django.utils.translation import gettext as _, ngettext, pgettext_lazy
one = _("One")
many = ngettext("%(n)s thing", "%(n)s things", 2)
other = pgettext_lazy("month", "May")
"""
TEMPLATE = """{% extends "base.html" %}
  {% block content %}<p title="{% trans 'Title' %}">{% trans "100 % sure" as sure %}{{ sure }}</p>
      {% blocktrans trimmed count n=n with who=who %}
        {{ who }} has
        {{ n }} thing
      {% plural %}
        {{ who }} has {{ n }} things
      {% endblocktrans %}
  {% firstof problem.act _("Fix it") %}{# {% trans "Not said" %} #}
{% endblock %}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in ("campaigns", "templates", "locale/fr/LC_MESSAGES"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "campaigns/words.py").write_text(PYTHON)
    (tmp_path / "templates/page.html").write_text(TEMPLATE)
    (tmp_path / "locale/fr/LC_MESSAGES/django.po").write_text('msgid ""\nmsgstr ""\n')
    return tmp_path


def sentences(root: Path) -> set[object]:
    return {message.id for message in extraction.catalogue(root=root) if message.id}


def translate(po: Path, *pairs: tuple[str, str]) -> None:
    words = "".join(f'msgid "{english}"\nmsgstr "{french}"\n\n' for english, french in pairs)
    po.write_text(f'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n{words}')


def test_python_and_templates_are_read_as_django_looks_them_up(root: Path) -> None:
    assert sentences(root) == {
        "One",
        ("%(n)s thing", "%(n)s things"),
        "May",
        "Title",
        "100 %% sure",
        ("%(who)s has %(n)s thing", "%(who)s has %(n)s things"),
        "Fix it",
    }


def test_a_context_is_kept(root: Path) -> None:
    assert extraction.catalogue(root=root).get("May", "month") is not None


def test_updating_keeps_what_is_translated_and_drops_what_is_gone(root: Path) -> None:
    po = root / "locale/fr/LC_MESSAGES/django.po"
    translate(po, ("One", "Un"), ("Gone", "Parti"))
    extraction.update(root=root, po=po)
    kept = extraction.read(po)
    assert (kept.get("One").string, kept.get("Gone")) == ("Un", None)


def test_updating_twice_changes_nothing(root: Path) -> None:
    po = root / "locale/fr/LC_MESSAGES/django.po"
    translate(po, ("One", "Un"))
    extraction.update(root=root, po=po)
    before = po.read_bytes()
    extraction.update(root=root, po=po)
    assert po.read_bytes() == before


def test_what_is_not_translated_is_named(root: Path) -> None:
    po = root / "locale/fr/LC_MESSAGES/django.po"
    translate(po, ("One", "Un"))
    left = extraction.missing(extraction.update(root=root, po=po))
    assert "Title" in left
    assert "One" not in left
