"""Broken and hostile files: each gets a verdict; none a crash, a hang or more than 300 MB.

Short and always the same in `make test`; as long as one likes with FUZZ_SECONDS, which `make fuzz` sets.
"""

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import media_seeds
import media_targets
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.media import fence

ROOT = Path(__file__).resolve().parents[2]
SECONDS = int(os.environ.get("FUZZ_SECONDS", "0"))
SEEDS = media_seeds.all_of_them()
# What an upload of one of them may take on a busy machine; each takes less than 2 s on an idle one.
VERDICT_S = 20
MEMORY_BYTES = 300_000_000
# Always the same examples, unless there is time for others.
FUZZ = settings(
    derandomize=not SECONDS,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    max_examples=1_500 + 200 * SECONDS,
)
RUNS = 1_200
# The fuzzer keeps what every input took, the interpreter's arenas included, and no fence stands around it: this only
# finds a runaway. What one file may hold is the fence's to say, above.
RUNAWAY_MB = 2_000


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """One of the small seeds, changed in a few places."""
    data = bytearray(draw(st.sampled_from(media_seeds.small())))
    for _ in range(draw(st.integers(1, 4))):
        place, length = draw(st.integers(0, max(len(data) - 1, 0))), draw(st.sampled_from((1, 2, 4, 30)))
        match draw(st.sampled_from(("change", "change", "extreme", "cut", "repeat", "insert", "end"))):
            case "change":
                data[place : place + 1] = bytes([draw(st.integers(0, 255))])
            case "extreme":
                data[place : place + length] = draw(st.sampled_from((b"\0", b"\xff", b"\x7f", b"\x80"))) * length
            case "cut":
                del data[place : place + length]
            case "repeat":
                data[place:place] = data[place : place + length] * 3
            case "insert":
                data[place:place] = draw(st.binary(max_size=8))
            case "end":
                del data[max(place, 12) :]
    return bytes(data)


@pytest.mark.parametrize("name", SEEDS)
def test_each_seed_gets_a_verdict(name: str) -> None:
    begun = time.monotonic()
    verdict = fence.review(SEEDS[name], name=media_seeds.name_of(name))
    wrong = [problem.code for problem in verdict.problems if problem.severity == "error"]
    assert (verdict.data is None) == bool(wrong)
    assert "decoder_timeout" not in wrong
    assert time.monotonic() - begun < VERDICT_S
    assert (verdict.peak_bytes or 0) < MEMORY_BYTES


@FUZZ
@given(damaged())
def test_damaged_files_are_understood_or_refused(data: bytes) -> None:
    media_targets.parse(data)


@settings(FUZZ, max_examples=15 + SECONDS)
@given(damaged())
def test_damaged_files_get_a_verdict_behind_the_fence(data: bytes) -> None:
    verdict = fence.review(data, name="a.vcf")
    wrong = [problem.code for problem in verdict.problems if problem.severity == "error"]
    assert (verdict.data is None) == bool(wrong)
    assert (verdict.peak_bytes or 0) < MEMORY_BYTES


@pytest.mark.skipif(media_targets.atheris is None, reason="Atheris is for Linux and Python before 3.14")
def test_nothing_that_a_fuzzer_finds_breaks_a_decoder(tmp_path: Path) -> None:
    folder = Path(os.environ.get("FUZZ_FOLDER", tmp_path))
    seeds = folder / "seeds"
    seeds.mkdir(parents=True, exist_ok=True)
    for index, data in enumerate(media_seeds.small()):
        (seeds / str(index)).write_bytes(data)
    until = [f"-max_total_time={SECONDS}"] if SECONDS else [f"-runs={RUNS}", "-seed=1"]
    done = subprocess.run(
        [sys.executable, "tests/media_targets.py", str(seeds), *until, "-max_len=12000", "-timeout=30",
         f"-rss_limit_mb={RUNAWAY_MB}", f"-artifact_prefix={folder}/found-"],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests")))},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-6_000:]
    assert f"Done {RUNS} runs" in done.stderr or SECONDS
