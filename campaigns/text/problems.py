"""What is wrong with a text with merge fields, and where."""

from dataclasses import dataclass
from typing import Final, Literal

Code = Literal[
    "source_too_long",
    "rendered_too_long",
    "body_too_long",
    "result_too_long",
    "liquid_syntax",
    "unclosed_braces",
    "unclosed_tag",
    "unexpected_tag",
    "forbidden_tag",
    "forbidden_range",
    "forbidden_lookup",
    "unknown_field",
    "field_without_braces",
    "field_in_quotes",
    "unknown_filter",
    "too_many_filters",
    "filter_arguments",
    "too_many_conditions",
    "too_deep",
    "no_clock",
    "not_comparable",
]


@dataclass(frozen=True, slots=True)
class MergeProblem:
    """One problem. `start` and `end` are offsets into the source in characters; `line`, `column` count from 1.

    `limit` is what would be allowed (a number, a name that was probably meant, a list of names) or None.
    """

    code: Code
    limit: int | str | None
    found: int | str
    start: int
    end: int
    line: int
    column: int


_FOUND_LIMIT: Final = 60


class MergeError(Exception):
    """A text that cannot be used, with every problem found, in the order of the text."""

    def __init__(self, problems: tuple[MergeProblem, ...]) -> None:
        super().__init__(", ".join(problem.code for problem in problems))
        self.problems = problems


def at(source: str, start: int, end: int, code: Code, found: int | str, limit: int | str | None = None) -> MergeProblem:
    """Return the problem `code` at source[start:end]."""
    before = source[:start]
    if isinstance(found, str) and len(found) > _FOUND_LIMIT:
        found = found[: _FOUND_LIMIT - 1] + "…"
    return MergeProblem(code, limit, found, start, end, before.count("\n") + 1, start - before.rfind("\n"))
