"""Merge fields: a text with Liquid in it, read once and rendered for each person.

Values are data: nothing in them is ever read as Liquid, and nothing is escaped, since an SMS is no HTML.
"""

import functools
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from liquid import RenderContext, TokenStream
from liquid import token as kinds
from liquid.exceptions import LiquidError, LiquidTypeError, ResourceLimitError
from liquid.output import LimitedStringIO
from liquid.parser import Parser
from liquid.template import BoundTemplate
from liquid.token import Token

from campaigns.text import conditions, fence, filters, problems, scan

# Ours: the whole of the longest template a marketer may keep, and the longest text a carrier's API takes.
SOURCE_LIMIT: Final = 4_000
RENDERED_LIMIT: Final = 1_600


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text for one person: which fields a default stood in for, and which left a gap."""

    text: str
    defaults_used: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


class Template:
    """A text that was read and found sound. Rendering changes nothing in it, so threads may share one."""

    __slots__ = ("_bound", "_ends", "_names", "fields", "source")

    def __init__(self, scanned: scan.Scan, bound: BoundTemplate) -> None:
        self.source = scanned.source
        self.fields = frozenset(scanned.names.values())
        self._names = tuple(scanned.names.items())
        self._ends = {piece.opens: piece.closes for piece in scanned.pieces}
        self._bound = bound

    def render(self, values: Mapping[str, object]) -> Rendered:
        """Return the text for the person with these values, by full field name.

        A value of None or only white space counts as missing; every line end becomes one line feed. Raises
        MergeError with one problem: rendered_too_long (over RENDERED_LIMIT characters), result_too_long (of a
        filter), not_comparable.
        """
        defaulted: dict[str, None] = {}
        missing: dict[str, None] = {}
        namespace: dict[str, object] = {}
        for name, field in self._names:
            value = values.get(field)
            if value is None or (isinstance(value, str) and (not value or value.isspace())):
                namespace[name] = filters.Missing(field, defaulted, missing)
            elif isinstance(value, str | int | float):
                namespace[name] = value
            else:
                namespace[name] = value.isoformat() if isinstance(value, date) else str(value)
        text = self._written(namespace)
        if len(text) > RENDERED_LIMIT:
            raise self._refusal("rendered_too_long", RENDERED_LIMIT, len(text))
        return Rendered(text, tuple(defaulted), tuple(missing))

    def _written(self, namespace: Mapping[str, object]) -> str:
        context = RenderContext(self._bound, globals=namespace)
        buffer = LimitedStringIO(fence.OUTPUT_LIMIT_BYTES)
        for node in self._bound.nodes:
            try:
                node.render_to_output(context, buffer)
            except filters.TooLongError as error:
                token = error.token or node.token
                raise self._refusal("result_too_long", filters.RESULT_LIMIT, error.found, token) from error
            except ResourceLimitError as error:
                raise self._refusal(
                    "rendered_too_long", RENDERED_LIMIT, fence.OUTPUT_LIMIT_BYTES, node.token
                ) from error
            except LiquidTypeError as error:
                raise self._refusal("not_comparable", None, "", error.token or node.token) from error
        return buffer.getvalue()

    def _refusal(
        self, code: problems.Code, limit: int | None, found: int | str, token: Token | None = None
    ) -> problems.MergeError:
        start, end = 0, len(self.source)
        if token is not None:
            start = token.start_index
            end = self._ends.get(start, start + len(token.value))
        problem = problems.at(self.source, start, end, code, found or self.source[start:end], limit)
        return problems.MergeError((problem,))


def parse(source: str, *, fields: Collection[str]) -> Template:
    """Return the template in `source`, which may use the fields with these full names.

    Raises MergeError with every problem found, in the order of the text. The last few hundred results are kept.
    """
    result = _parsed(source, frozenset(fields))
    if isinstance(result, Template):
        return result
    raise problems.MergeError(result)


def check(source: str, *, fields: Collection[str]) -> tuple[problems.MergeProblem, ...]:
    """Return every problem of `source`, in the order of the text; none means that `parse` gives a template."""
    result = _parsed(source, frozenset(fields))
    return () if isinstance(result, Template) else result


@functools.lru_cache(maxsize=256)
def _parsed(source: str, fields: frozenset[str]) -> Template | tuple[problems.MergeProblem, ...]:
    if len(source) > SOURCE_LIMIT:
        return (problems.at(source, SOURCE_LIMIT, len(source), "source_too_long", len(source), SOURCE_LIMIT),)
    scanned = scan.scan(source, fields=fields)
    fence.check(scanned)
    bound = BoundTemplate(fence.ENVIRONMENT, [])
    if not scanned.mistakes:
        try:
            bound = BoundTemplate(fence.ENVIRONMENT, Parser(fence.ENVIRONMENT).parse(TokenStream(_tokens(scanned))))
            conditions.mend(scanned, bound)
        except LiquidError as error:
            fence.report(scanned, error)
    if scanned.mistakes:
        return tuple(sorted(scanned.mistakes, key=lambda problem: (problem.start, problem.end)))
    return Template(scanned, bound)


def _tokens(scanned: scan.Scan) -> Iterator[Token]:
    for piece in scanned.pieces:
        if piece.kind == "plain":
            yield Token(kinds.TOKEN_CONTENT, piece.words, piece.start, scanned.source)
            continue
        kind, value = (kinds.TOKEN_TAG, piece.name) if piece.kind == "tag" else (kinds.TOKEN_OUTPUT, piece.words)
        yield Token(kind, value, piece.opens, scanned.source)
        if piece.words or piece.kind == "output":
            yield Token(kinds.TOKEN_EXPRESSION, piece.words, piece.start, scanned.source)
