import json
from pathlib import Path
from typing import Any

import pytest

from campaigns.media import size

CASES = json.loads(Path(__file__).with_name("size_cases.json").read_text())


def _weigh(media_bytes: int, text: str = "", *, hard: int = 1_000_000, part: int = 0) -> size.SizeVerdict:
    return size.total(media_bytes=media_bytes, text=text, hard_limit_bytes=hard, advice_bytes=600_000, part_bytes=part)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['media_bytes']}+{case['text']!a}")
def test_total_and_zone_follow_the_table(case: dict[str, Any]) -> None:
    verdict = _weigh(case["media_bytes"], case["text"], hard=case.get("hard", 1_000_000), part=case.get("part", 0))
    assert (verdict.envelope_bytes, verdict.total_bytes, verdict.zone) == (
        case.get("envelope_bytes", 0), case["total_bytes"], case["zone"]
    )  # fmt: skip


def test_over_the_limit_is_an_error_with_both_figures() -> None:
    (problem,) = _weigh(1_000_000, "abc").problems
    assert (problem.code, problem.limit, problem.found, problem.severity) == (
        "too_large_total", 1_000_000, 1_000_003, "error"
    )  # fmt: skip


def test_advice_is_about_the_media_alone_and_blocks_nothing() -> None:
    (problem,) = _weigh(600_001, "abc").problems
    assert (problem.code, problem.limit, problem.found, problem.severity) == ("over_advice", 600_000, 600_001, "advice")
