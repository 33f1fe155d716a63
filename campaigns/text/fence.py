"""What a text may ask for: the tags, filters and sizes beyond which it is refused before it ever runs.

python-liquid's own limits do not hold against one output with eight `replace`, a range of a hundred million, or a
`when` whose twenty equal values run their block twenty times, each time inside another such block.
"""

from collections.abc import Sequence
from typing import Final

from liquid import Environment, TokenStream
from liquid import token as kinds
from liquid.builtin.content import Literal
from liquid.builtin.expressions import BooleanExpression, FilteredExpression, tokenize
from liquid.builtin.illegal import Illegal
from liquid.builtin.output import Output
from liquid.builtin.tags.assign_tag import AssignTag
from liquid.builtin.tags.capture_tag import CaptureTag
from liquid.builtin.tags.case_tag import CaseTag
from liquid.builtin.tags.if_tag import IfTag
from liquid.builtin.tags.unless_tag import UnlessTag
from liquid.exceptions import LiquidError
from liquid.token import Token

from campaigns.text import fields, filters, scan

FILTERS_LIMIT: Final = 5
CONDITIONS_LIMIT: Final = 20
DEPTH_LIMIT: Final = 10
OUTPUT_LIMIT_BYTES: Final = 40_000

_BLOCKS: Final = ("if", "unless", "case", "capture")
_MIDDLES: Final = {"elsif": ("if", "unless"), "else": ("if", "unless", "case"), "when": ("case",)}
_CONDITIONS: Final = ("if", "elsif", "unless")
_WORDLESS: Final = ("else", *(f"end{block}" for block in _BLOCKS))
TAGS: Final = ("assign", "capture", "case", "comment", "if", "unless")
_KNOWN: Final = frozenset({"assign", *_BLOCKS, *_MIDDLES, *_WORDLESS})
_LOOKUPS: Final = (kinds.TOKEN_LBRACKET, kinds.TOKEN_IDENTINDEX, kinds.TOKEN_IDENTSTRING, kinds.TOKEN_DOT)
_RANGES: Final = (kinds.TOKEN_RANGE_LITERAL, kinds.TOKEN_RANGE)
_CLOCKS: Final = ("now", "today")


class FencedEnvironment(Environment):
    """python-liquid with our tags and filters only, and its own limits drawn tight as a second fence."""

    block_nesting_limit = DEPTH_LIMIT
    context_depth_limit = 4
    loop_iteration_limit = 1
    local_namespace_limit = 100_000
    output_stream_limit = OUTPUT_LIMIT_BYTES

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        """Register what is allowed; there is nothing extra."""
        for tag in (Literal, Output, Illegal, AssignTag, CaptureTag, CaseTag, IfTag, UnlessTag):
            self.add_tag(tag)
        for name, known in filters.FILTERS.items():
            self.add_filter(name, known.apply)


ENVIRONMENT: Final = FencedEnvironment()


def check(scanned: scan.Scan) -> None:
    """Add to `scanned.mistakes` everything that can be seen without running the text."""
    _check_structure(scanned)
    assigned: set[str] = set()
    for piece in scanned.pieces:
        if piece.kind == "output" or piece.name in _KNOWN:
            _check_expression(scanned, piece, assigned)


def _check_structure(scanned: scan.Scan) -> None:
    stack: list[scan.Piece] = []
    refused: set[str] = set()
    for piece in scanned.pieces:
        name, place = piece.name, (piece.opens, piece.closes)
        if piece.kind != "tag":
            continue
        if name in _BLOCKS:
            stack.append(piece)
            if len(stack) == DEPTH_LIMIT + 1:
                scanned.report(*place, "too_deep", DEPTH_LIMIT, len(stack))
        elif name in _MIDDLES:
            if not stack or stack[-1].name not in _MIDDLES[name]:
                scanned.report(*place, "unexpected_tag")
        elif name in _WORDLESS or name == "endcomment":
            if not stack or name != f"end{stack[-1].name}":
                scanned.report(*place, "unexpected_tag")
            else:
                stack.pop()
        elif name not in _KNOWN and name.removeprefix("end") not in refused:
            refused.add(name)
            scanned.report(*place, "forbidden_tag", ", ".join(TAGS), name)
    for piece in stack:
        scanned.report(piece.opens, piece.closes, "unclosed_tag")


def _check_expression(scanned: scan.Scan, piece: scan.Piece, assigned: set[str]) -> None:
    before = len(scanned.mistakes)
    parent = Token(kinds.TOKEN_EXPRESSION, piece.words, piece.start, scanned.source)
    try:
        tokens = list(tokenize(piece.words, parent))
        target = _assigned(piece, tokens)
        _check_tokens(scanned, piece, tokens[1:] if target else tokens, assigned)
        if len(scanned.mistakes) == before:
            _parse(piece, tokens)
        if target:
            assigned.add(target)
    except LiquidError as error:
        report(scanned, error, piece)


def _assigned(piece: scan.Piece, tokens: Sequence[Token]) -> str:
    """Return the name that this tag gives a value, or nothing."""
    named = tokens and tokens[0].kind in (kinds.TOKEN_WORD, kinds.TOKEN_STRING)
    return tokens[0].value if named and piece.name in ("assign", "capture") else ""


def _parse(piece: scan.Piece, tokens: Sequence[Token]) -> None:
    """Let python-liquid read one expression by itself, so that each one's mistake is found, not only the first."""
    stream = TokenStream(iter(tokens))
    if piece.kind == "output":
        FilteredExpression.parse(ENVIRONMENT, stream)
    elif piece.name in _CONDITIONS:
        BooleanExpression.parse(ENVIRONMENT, stream)
    elif piece.name in _WORDLESS:
        stream.expect_eos()


def report(scanned: scan.Scan, error: LiquidError, piece: scan.Piece | None = None) -> None:
    """Add what python-liquid could not read, where it says, or over the whole of `piece`."""
    token = error.token
    if token is not None and token.start_index >= 0 and token.value:
        start, end = _place(token)
    else:
        start, end = (piece.opens, piece.closes) if piece else (0, len(scanned.source))
    scanned.report(start, end, "liquid_syntax")


def _check_tokens(scanned: scan.Scan, piece: scan.Piece, tokens: Sequence[Token], assigned: set[str]) -> None:
    piped = [i for i, token in enumerate(tokens) if token.kind == kinds.TOKEN_PIPE]
    if len(piped) > FILTERS_LIMIT:
        place = tokens[piped[FILTERS_LIMIT]].start_index, piece.start + len(piece.words)
        scanned.report(*place, "too_many_filters", FILTERS_LIMIT, len(piped))
    joined = sum(token.kind in (kinds.TOKEN_AND, kinds.TOKEN_OR) for token in tokens)
    if joined >= CONDITIONS_LIMIT:
        scanned.report(piece.opens, piece.closes, "too_many_conditions", CONDITIONS_LIMIT, joined + 1)
    previous = ""
    for i, token in enumerate(tokens):
        following = tokens[i + 1].kind if i + 1 < len(tokens) else ""
        if scanned.full:
            return
        place = _place(token)
        if token.kind in _RANGES:
            scanned.report(*place, "forbidden_range")
        elif token.kind in _LOOKUPS:
            scanned.report(*place, "forbidden_lookup")
        elif token.kind == kinds.TOKEN_STRING and token.value in _CLOCKS and following == kinds.TOKEN_PIPE:
            scanned.report(*place, "no_clock")
        elif token.kind == kinds.TOKEN_WORD and previous == kinds.TOKEN_PIPE:
            if token.value not in filters.FILTERS:
                scanned.report(*place, "unknown_filter", ", ".join(filters.FILTERS))
        elif token.kind == kinds.TOKEN_WORD and following == kinds.TOKEN_COLON:
            scanned.report(*place, "filter_arguments")
        elif token.kind == kinds.TOKEN_WORD and previous != kinds.TOKEN_DOT:
            _check_name(scanned, token, assigned)
        previous = token.kind


def _check_name(scanned: scan.Scan, token: Token, assigned: set[str]) -> None:
    if token.value in scanned.names or token.value in assigned:
        return
    meant = fields.meant(token.value, scanned.fields)
    scanned.report(*_place(token), "unknown_field", meant)


def _place(token: Token) -> tuple[int, int]:
    # A string's value comes without its quotes, its place with them.
    quotes = 2 if token.kind == kinds.TOKEN_STRING else 0
    return token.start_index, token.start_index + len(token.value) + quotes
