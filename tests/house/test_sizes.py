"""No file over 300 lines, no function over 50: what does not fit wants a room of its own."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

ROOT: Path = settings.BASE_DIR
FOLDERS = ("mmsadmin", "campaigns", "subscriptions", "templates", "static", "tests")
SUFFIXES = {".py", ".html", ".js", ".css"}
FILE_LINES = 300
FUNCTION_LINES = 50


def sources(*suffixes: str) -> list[Path]:
    found = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in suffixes]
    return sorted(path for path in found if "migrations" not in path.parts)


def too_long_functions(source: str) -> list[tuple[str, int]]:
    functions = [
        node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    lengths = [(node.name, (node.end_lineno or node.lineno) - node.lineno + 1) for node in functions]
    return [(name, lines) for name, lines in lengths if lines > FUNCTION_LINES]


def test_no_file_is_too_long() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in sources(*SUFFIXES)}
    assert {name: lines for name, lines in lengths.items() if lines > FILE_LINES} == {}


def test_no_function_is_too_long() -> None:
    found = {str(path.relative_to(ROOT)): too_long_functions(path.read_text()) for path in sources(".py")}
    assert {name: functions for name, functions in found.items() if functions} == {}


@pytest.mark.parametrize("lines, expected", [(50, []), (51, [("long", 51)])])
def test_the_measure_of_a_function(lines: int, expected: list[tuple[str, int]]) -> None:
    assert too_long_functions("def long():\n" + "    pass\n" * (lines - 1)) == expected
