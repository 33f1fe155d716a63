"""What python-liquid does with conditions and arguments, mended for people's data.

- Attributes read from a file are text: '250' is compared with 100 as a number, instead of failing for each person.
- A missing value equals '' and `blank`, as an empty one would.
- A `when` that names one value several times runs its block once: python-liquid runs it once per match, and such
  blocks inside each other multiply.
"""

from collections.abc import Iterable
from typing import Final

from liquid import RenderContext
from liquid.ast import Node
from liquid.builtin.expressions import FilteredExpression, Path, StringLiteral
from liquid.builtin.expressions.logical import (
    EqExpression,
    GeExpression,
    GtExpression,
    LeExpression,
    LtExpression,
    NeExpression,
)
from liquid.builtin.expressions.primitive import Blank, Empty, FloatLiteral, IntegerLiteral
from liquid.builtin.tags.case_tag import MultiExpressionBlockNode
from liquid.expression import Expression
from liquid.template import BoundTemplate

from campaigns.text import filters, scan

_ORDERED: Final = (LtExpression, LeExpression, GtExpression, GeExpression)
_EQUAL: Final = (EqExpression, NeExpression)
_NUMBERS: Final = (IntegerLiteral, FloatLiteral)
_WORDS: Final = (StringLiteral, Blank, Empty)


class _Ordered(Expression):
    """A field beside `<` or `>` and a number: its value as a number, or nothing, which is never more nor less."""

    __slots__ = ("path",)

    def __init__(self, path: Path) -> None:
        super().__init__(path.token)
        self.path = path

    def evaluate(self, context: RenderContext) -> object:
        value = self.path.evaluate(context)
        return None if isinstance(value, filters.Missing) else filters.number_of(value)

    def children(self) -> list[Expression]:
        return [self.path]


class _Equal(_Ordered):
    """A field beside `==` or `!=` and a number: its value as a number where it is one, else as it stands."""

    __slots__ = ()

    def evaluate(self, context: RenderContext) -> object:
        value = self.path.evaluate(context)
        if isinstance(value, filters.Missing):
            return None
        number = filters.number_of(value)
        return value if number is None else number


class _Text(_Ordered):
    """A field beside `==` or `!=` and words: nothing is an empty text."""

    __slots__ = ()

    def evaluate(self, context: RenderContext) -> object:
        value = self.path.evaluate(context)
        return "" if isinstance(value, filters.Missing) else value


class _Once(Expression):
    """The values of a `when`: one match however many of them are equal."""

    __slots__ = ("values",)

    def __init__(self, values: Expression) -> None:
        super().__init__(values.token)
        self.values = values

    def evaluate(self, context: RenderContext) -> object:
        matches = self.values.evaluate(context)
        assert isinstance(matches, list)
        return [any(matches)]

    def children(self) -> Iterable[Expression]:
        return self.values.children()


def mend(scanned: scan.Scan, template: BoundTemplate) -> None:
    """Change the conditions of `template` as said above, and report filters with a wrong number of arguments."""
    context = RenderContext(template)
    waiting: list[Node] = list(template.nodes)
    while waiting:
        node = waiting.pop()
        waiting.extend(node.children(context))
        for expression in node.expressions():
            _mend_expression(scanned, expression)
        if isinstance(node, MultiExpressionBlockNode):
            # Declared there as a private class, and used through `evaluate` and `children` alone.
            node.expression = _Once(node.expression)  # type: ignore[assignment]


def _mend_expression(scanned: scan.Scan, expression: Expression) -> None:
    if isinstance(expression, FilteredExpression):
        _check_arguments(scanned, expression)
    if isinstance(expression, _ORDERED + _EQUAL):
        left, right = expression.left, expression.right
        expression.left = _beside(left, right, ordered=isinstance(expression, _ORDERED))
        expression.right = _beside(right, left, ordered=isinstance(expression, _ORDERED))
    else:
        for child in expression.children():
            _mend_expression(scanned, child)


def _beside(side: Expression, other: Expression, *, ordered: bool) -> Expression:
    if not isinstance(side, Path):
        return side
    if isinstance(other, _NUMBERS):
        return _Ordered(side) if ordered else _Equal(side)
    return _Text(side) if isinstance(other, _WORDS) and not ordered else side


def _check_arguments(scanned: scan.Scan, expression: FilteredExpression) -> None:
    for used in expression.filters or ():
        known, count = filters.FILTERS[used.name], len(used.args)
        if not known.least <= count <= known.most:
            limit = str(known.least) if known.least == known.most else f"{known.least}–{known.most}"
            start = used.token.start_index
            scanned.report(start, start + len(used.name), "filter_arguments", limit, count)
