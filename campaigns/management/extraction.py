"""Find every sentence shown to people, in Python and in templates, and keep the catalogues in step with them.

Django's `makemessages` wants GNU xgettext; here its own template reader and Babel do the same work.
"""

import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from babel.messages import Catalog, pofile
from babel.messages.extract import DEFAULT_KEYWORDS, extract, extract_python
from django.utils.translation.template import templatize

PACKAGES = ("campaigns", "mmsadmin", "subscriptions")
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
WIDTH = 110
_Found = Iterator[tuple[int, str | tuple[str, ...], list[str], str | None]]


def sources(*, root: Path) -> list[Path]:
    """The files that may speak to people, in a stable order."""
    python = [path for package in PACKAGES for path in (root / package).rglob("*.py") if "migrations" not in path.parts]
    return sorted([*python, *(root / "templates").rglob("*.html")])


def catalogue(*, root: Path) -> Catalog:
    """All sentences of the sources, each with the files that say it; nothing translated."""
    found = Catalog(charset="utf-8")
    for path in sources(root=root):
        method = _template if path.suffix == ".html" else "python"
        with path.open("rb") as file:
            for line, message, comments, context in extract(method, file, KEYWORDS, comment_tags=("Translators:",)):
                place = [(path.relative_to(root).as_posix(), line)]
                found.add(message, locations=place, auto_comments=comments, context=context)
    return found


def update(*, root: Path, po: Path) -> Catalog:
    """Bring a catalogue in step with the sources and write it: new sentences empty, gone ones dropped, none guessed."""
    before = read(po)
    now = catalogue(root=root)
    fresh = Catalog(locale=before.locale, charset="utf-8", header_comment="", fuzzy=False)
    for message in now:
        if message.id:
            known = before.get(_singular(message.id), message.context)
            kept = known.string if known is not None and _same_shape(known.id, message.id) else None
            fresh.add(
                message.id,
                kept,
                locations=message.locations,
                auto_comments=message.auto_comments,
                context=message.context,
            )
    po.write_bytes(_written(fresh))
    return fresh


def read(po: Path) -> Catalog:
    """The catalogue of a `.po` file, by the locale of its folder."""
    with po.open("rb") as file:
        return pofile.read_po(file, locale=po.parts[-3])


def missing(of: Catalog) -> list[str]:
    """The sentences without a translation, or with one that nobody has confirmed."""
    return [
        _singular(message.id) for message in of if message.id and (message.fuzzy or not all(_strings(message.string)))
    ]


def _template(file: Any, keywords: Any, comment_tags: Any, options: Any) -> _Found:
    source = templatize(file.read().decode())
    # What is left of the page is no program: its indentation would be an error.
    flat = "\n".join(line.strip() for line in source.split("\n"))
    yield from extract_python(io.BytesIO(flat.encode()), keywords, comment_tags, options)


def _singular(message_id: Any) -> str:
    return str(message_id[0]) if isinstance(message_id, list | tuple) else str(message_id)


def _same_shape(one: Any, other: Any) -> bool:
    return list(one) == list(other) if isinstance(other, list | tuple) else one == other


def _strings(string: Any) -> Iterable[str]:
    return string if isinstance(string, list | tuple) else (string,)


def _written(of: Catalog) -> bytes:
    """The file without the moment of its making, so that only changes of words change it."""
    out = io.BytesIO()
    pofile.write_po(out, of, width=WIDTH, include_lineno=False, sort_by_file=True, omit_header=True)
    head = (
        'msgid ""\nmsgstr ""\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Language: {of.locale_identifier}\\n"\n'
        f'"Plural-Forms: {of.plural_forms}\\n"\n'
    )
    return re.sub(r"\n+\Z", "\n", f"{head}\n{out.getvalue().decode()}").encode()
