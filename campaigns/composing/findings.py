"""One shape for everything that is found wrong with a draft."""

import dataclasses
from typing import Literal

from campaigns.composing import limits
from campaigns.media import problems as media_problems
from campaigns.text import problems as text_problems

Where = Literal["content", "audience", "schedule"]
Figure = str | int | None


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """One problem. An 'error' blocks the launch, an 'advice' does not; `where` is the page on which it is mended.

    `room` tells whose code it is (media, text, composing), and so whose words say it. `start` and `end` are offsets
    into the text as typed, in characters; `line` counts from 1, in a text or in a contact card. `whose` says where the
    limit of a weight comes from.
    """

    code: str
    limit: Figure = None
    found: Figure = None
    severity: Literal["error", "advice"] = "error"
    where: Where = "content"
    room: Literal["media", "text", "composing"] = "composing"
    start: int | None = None
    end: int | None = None
    line: int | None = None
    whose: limits.Limit | None = None


def of_media(problem: media_problems.Problem, *, whose: limits.Limit | None = None) -> Problem:
    """What the media room found, as a problem of the content."""
    return Problem(
        problem.code,
        problem.limit,
        problem.found,
        severity=problem.severity,
        room="media",
        line=problem.line,
        whose=whose,
    )


def of_text(problem: text_problems.MergeProblem) -> Problem:
    """What the text room found, as a problem of the content."""
    return Problem(
        problem.code,
        problem.limit,
        problem.found,
        room="text",
        start=problem.start,
        end=problem.end,
        line=problem.line,
    )
