import re
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings

from campaigns.composing import clock, findings
from campaigns.forms import words

ROOM = Path(settings.BASE_DIR) / "campaigns" / "composing"


def codes() -> set[str]:
    source = "".join(path.read_text() for path in ROOM.glob("*.py"))
    return set(re.findall(r'Problem\(\s*"([a-z_]+)"', source)) - {"body_too_long"}


def test_there_are_codes_to_look_at() -> None:
    assert {"no_content", "nobody_reachable", "empty_message"} <= codes()


@pytest.mark.parametrize("code", sorted(codes()))
def test_every_code_has_a_sentence(code: str) -> None:
    said = words.sentence(findings.Problem(code, limit="x", found="y"))

    assert said.endswith((".", "y"))
    assert "{" not in said


@pytest.mark.parametrize("code", ["past", "too_far", "missing_hour", "doubled_hour"])
def test_every_refused_time_has_its_sentences(code: str) -> None:
    at = datetime(2027, 3, 14, 2, 30)
    refused = clock.NotSchedulable(code, local_at=at, zone="America/Denver", offers=())

    assert "Sunday 14 March 2027, 02:30" in words.not_schedulable(refused)
    assert "Sunday 14 March 2027, 02:30" in words.sentence(findings.Problem(f"due_{code}", found=at.isoformat()))


def test_a_filter_that_matches_nobody_is_said_differently_from_people_who_may_not_be_texted() -> None:
    assert words.sentence(findings.Problem("nobody_reachable", found=0)) == "The filter matches nobody."
    assert "1,200" in words.sentence(findings.Problem("nobody_reachable", found=1200))


def test_rooms_below_say_their_own_codes() -> None:
    heavy = findings.Problem("over_advice", 600_000, 700_000, room="media")
    unknown = findings.Problem("unknown_field", None, "${x}", room="text")

    assert "700 KB" in words.sentence(heavy)
    assert "${x}" in words.sentence(unknown)
