"""Names tell what a thing is for; leftovers are not left."""

import ast
import re
from pathlib import Path

from django.conf import settings

ROOT: Path = settings.BASE_DIR
PACKAGES = ("mmsadmin", "campaigns", "subscriptions")
EMPTY_WORDS = {"utils", "util", "helpers", "helper", "common", "services", "misc"}
LEFTOVER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")


def modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def test_no_module_has_an_empty_name() -> None:
    names = [path for path in modules(*PACKAGES, "tests") if {path.stem, path.parent.name} & EMPTY_WORDS]
    assert names == []


def test_no_leftovers() -> None:
    kinds = {".py", ".html", ".js", ".css"}
    folders = [ROOT / folder for folder in (*PACKAGES, "templates", "static", "tests")]
    files = [path for folder in folders for path in folder.rglob("*") if path.suffix in kinds]
    marked = [str(path.relative_to(ROOT)) for path in files if LEFTOVER.search(path.read_text())]
    assert [name for name in marked if name != "tests/house/test_names.py"] == []


def test_rows_have_no_signals() -> None:
    """Signals are no program flow: the roles after a migration are the one exception."""
    found = set()
    for path in modules("campaigns", "subscriptions"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module in {"django.db.models.signals", "django.db.models"}:
                found |= {
                    name.name for name in node.names if name.name.startswith(("pre_", "post_", "m2m_", "signals"))
                }
    assert found <= {"post_migrate"}
