"""Compile the message catalogues with Babel: GNU gettext need not be installed."""

import os
from pathlib import Path

from babel.messages import mofile, pofile


def compile_changed(*, locale_dir: Path) -> list[Path]:
    """Write each `.mo` that is missing or older than its `.po`; returns the written ones. Several may run at once."""
    written = []
    for source in sorted(locale_dir.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        with source.open("rb") as file:
            catalogue = pofile.read_po(file, locale=source.parts[-3])
        draft = target.with_name(f"{target.name}.{os.getpid()}")
        with draft.open("wb") as file:
            mofile.write_mo(file, catalogue)
        draft.replace(target)
        written.append(target)
    return written
