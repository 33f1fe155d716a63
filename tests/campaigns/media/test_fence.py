import signal
import subprocess
import sys
import threading
from pathlib import Path

import media_samples as samples
import pytest
import servers

from campaigns.media import fence, limits, problems, wire
from campaigns.media.fit import result

MEMORY_CEILING_BYTES = 300_000_000


@pytest.mark.parametrize("megapixels", [12, 24.5, 48.8, 63])
def test_phone_photo_works_and_stays_under_300_mb(megapixels: float) -> None:
    verdict = fence.review(samples.photo_jpeg(megapixels, exif=samples.exif(orientation=6)), name="photo.jpg")
    assert verdict.ok
    assert verdict.peak_bytes is not None
    assert verdict.peak_bytes < MEMORY_CEILING_BYTES
    assert verdict.height is not None
    assert verdict.width is not None
    assert verdict.height > verdict.width >= 1_400


@pytest.mark.parametrize("megapixels", [12, 24.5, 48.8])
def test_progressive_phone_photo_stays_under_300_mb(megapixels: float) -> None:
    verdict = fence.review(samples.photo_jpeg(megapixels, progressive=True, subsampling=0), name="photo.jpg")
    # Full colour at 48 MP needs more for its coefficients alone than the fence gives: refused, not killed.
    expected = [] if megapixels < 40 else ["too_many_pixels"]
    assert [problem.code for problem in verdict.problems if problem.severity == "error"] == expected


def test_largest_png_stays_under_300_mb() -> None:
    verdict = fence.review(
        samples.encoded(samples.drawing(5_000, 5_000, "RGBA"), "PNG", compress_level=1), name="a.png"
    )
    assert verdict.ok
    assert verdict.peak_bytes is not None
    assert verdict.peak_bytes < MEMORY_CEILING_BYTES


def test_memory_hunger_becomes_a_problem(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _child(monkeypatch, tmp_path, "import campaigns.media.check as c\nc.review = lambda *a, **k: bytes(10**9)")
    assert _codes(samples.jpeg()) == ["out_of_memory"]


def test_endless_work_is_killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _child(monkeypatch, tmp_path, "import time\ntime.sleep(60)")
    verdict = fence.review(samples.jpeg(), timeout_s=1)
    assert [(problem.code, problem.limit) for problem in verdict.problems] == [("decoder_timeout", 1)]


def test_endless_computing_is_ended_by_the_cpu_limit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _child(monkeypatch, tmp_path, "import dataclasses\nimport campaigns.media.limits as l\n"
           "l.REVIEW = dataclasses.replace(l.REVIEW, cpu_s=1)\n"
           "import campaigns.media.check as c\ndef spin(*a, **k):\n    while True: pass\nc.review = spin")  # fmt: skip
    assert _codes(samples.jpeg()) == ["decoder_timeout"]


@pytest.mark.parametrize("deed", ["raise RecursionError('deep')", "raise IndexError", "import os; os._exit(3)",
                                  "import os; os.kill(os.getpid(), 11)", "print('not an answer')"])  # fmt: skip
def test_whatever_happens_in_the_child_the_file_is_corrupt(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, deed: str
) -> None:
    _child(monkeypatch, tmp_path, f"import campaigns.media.check as c\ndef fail(*a, **k):\n    {deed}\nc.review = fail")
    assert _codes(samples.jpeg()) == ["corrupt"]


def test_child_knows_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SECRET_KEY", "do-not-tell")
    told = tmp_path / "environment"
    _child(monkeypatch, tmp_path, f"import os\nopen({str(told)!r}, 'w').write(repr(dict(os.environ)))")
    fence.review(samples.jpeg())
    assert "LANG" in told.read_text()
    assert "do-not-tell" not in told.read_text()


def test_child_writes_no_core_and_opens_few_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    told = tmp_path / "limits"
    _child(monkeypatch, tmp_path, "import campaigns.media.check as c, resource as r\n"
           "def tell(*a, **k):\n"
           f"    open({str(told)!r}, 'w').write(repr([r.getrlimit(x)[0] for x in "
           "(r.RLIMIT_CORE, r.RLIMIT_NOFILE, r.RLIMIT_CPU, r.RLIMIT_AS)]))\n"
           "c.review = tell")  # fmt: skip
    fence.review(samples.jpeg())
    assert told.read_text() == repr([0, limits.OPEN_FILES, limits.REVIEW.cpu_s, limits.REVIEW.memory_bytes])


def test_a_child_loads_only_what_its_file_needs(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(samples.jpeg())
    code = f"import os, runpy, sys; sys.argv = ['x', '{{}}', {str(path)!r}]; " \
           "os._exit = lambda _: sys.stderr.write(' '.join(sys.modules)); " \
           "runpy.run_module('campaigns.media', run_name='__main__')"  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, cwd=fence._ROOT, text=True,
                          errors="replace")  # fmt: skip
    loaded = set(done.stderr.split())
    assert "campaigns.media.judge_still" in loaded
    assert not {"django", "celery", "numpy", "pillow_heif", "phonenumbers", "pathlib", "campaigns.media.vcard",
                "campaigns.media.gif_write"} & loaded  # fmt: skip


def test_module_reads_a_path_and_answers_on_standard_output(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(samples.png())
    done = subprocess.run(
        [sys.executable, "-m", "campaigns.media", '{"name": "a.png"}', str(path)],
        capture_output=True, check=True, cwd=fence._ROOT,
    )  # fmt: skip
    header, parts = wire.unpack(done.stdout)
    assert header["review"]["kind"] == "png"
    assert parts[0].startswith(b"\x89PNG")


def test_no_child_is_left_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _child(monkeypatch, tmp_path, "import time\ntime.sleep(60)")
    started = _watched(monkeypatch)
    fence.review(samples.jpeg(), timeout_s=0.5)
    assert [child.returncode for child in started] == [-signal.SIGKILL]


def test_progress_is_told_in_the_callers_thread_and_never_falls() -> None:
    told: list[tuple[float, int]] = []
    fence.fit(
        samples.photo_jpeg(12), budget_bytes=200_000, tell=lambda share: told.append((share, threading.get_ident()))
    )
    shares = [share for share, _thread in told]
    assert len(shares) >= 2
    assert shares == sorted(shares)
    assert {thread for _share, thread in told} == {threading.get_ident()}


def test_whoever_listens_can_end_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    class EnoughError(Exception):
        pass

    def enough(_share: float) -> None:
        raise EnoughError

    started = _watched(monkeypatch)
    with pytest.raises(EnoughError):
        fence.fit(samples.photo_jpeg(24), budget_bytes=200_000, tell=enough)
    assert [child.returncode for child in started] == [-signal.SIGKILL]


def test_a_killed_parent_takes_its_child_with_it(tmp_path: Path) -> None:
    """A killed worker cannot end anything any more."""
    code = (
        "import sys; from campaigns.media import fence, limits; fence._ROOT = sys.argv[1]\n"
        "fence._ENVIRONMENT['PYTHONPATH'] = sys.argv[2]\n"
        "fence._Child('orphan', kind='jpeg', ceiling=limits.FIT, timeout_s=60).run({}, b'')"
    )
    tmp_path.joinpath("orphan.py").write_text(
        "import pathlib, os, time; from campaigns.media import child, limits\n"
        "def job(data): pathlib.Path('pid').write_text(str(os.getpid())); time.sleep(60)\n"
        "child.serve(job, ceiling=limits.FIT)\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path), str(fence._ROOT)]
    parent = subprocess.Popen(command, cwd=fence._ROOT)
    pid = tmp_path / "pid"
    servers.wait_for(lambda: pid.exists() and pid.read_text(), what="the child")
    child = Path("/proc", pid.read_text(), "cmdline")
    assert b"orphan" in child.read_bytes()
    parent.kill()
    parent.wait()
    servers.wait_for(lambda: not child.exists() or b"orphan" not in child.read_bytes(), what="its end")


def test_several_threads_review_at_once() -> None:
    verdicts: list[bool] = []
    threads = [threading.Thread(target=lambda: verdicts.append(fence.review(samples.jpeg()).ok)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert verdicts == [True] * 4


def test_card_crosses_the_fence_whole() -> None:
    verdict = fence.review(samples.vcf("ORG:Analytical", "EMAIL:ada@example.com"), name="a.vcf")
    assert verdict.card is not None
    assert (verdict.card.full_name, verdict.card.organisation) == ("Ada Byron", "Analytical")
    assert verdict.card.emails[0].value == "ada@example.com"


def test_fit_answers_a_copy_or_a_problem() -> None:
    fitted = fence.fit(samples.encoded(samples.photo(900, 700), "JPEG", quality=95), budget_bytes=60_000)
    assert isinstance(fitted, result.Fitted)
    assert len(fitted.data) <= 60_000
    refusal = fence.fit(samples.jpeg(), budget_bytes=60)
    assert isinstance(refusal, problems.Problem)
    assert (refusal.code, refusal.limit) == ("cannot_fit", 60)


def test_ground_crosses_the_fence() -> None:
    fitted = fence.fit(samples.transparent_png(), budget_bytes=60_000, ground="black")
    assert isinstance(fitted, result.Fitted)
    assert fitted.steps[0] == result.Step("on_black")


def test_review_weighs_the_copy_when_it_is_given_limits() -> None:
    verdict = fence.review(samples.jpeg(), hard_limit_bytes=1_000, advice_bytes=500)
    assert [problem.code for problem in verdict.problems] == ["too_large_total"]
    assert verdict.data is not None
    assert not verdict.ok


def _watched(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """The children that are started from now on."""
    started: list[subprocess.Popen[bytes]] = []

    class Watched(subprocess.Popen[bytes]):
        def __init__(self, *args: object, **kwargs: object) -> None:
            started.append(self)
            super().__init__(*args, **kwargs)

    monkeypatch.setattr(fence.subprocess, "Popen", Watched)
    return started


def _codes(data: bytes) -> list[str]:
    return [problem.code for problem in fence.review(data).problems]


def _child(monkeypatch: pytest.MonkeyPatch, folder: Path, deed: str) -> None:
    """Let the child do `deed` first: its interpreter is told so by a sitecustomize-like wrapper on our path."""
    wrapper = folder / "wrapper.py"
    wrapper.write_text(
        f"import sys\nsys.path.insert(0, {str(fence._ROOT)!r})\n{deed}\nimport runpy\nsys.argv = sys.argv[2:]\n"
        "runpy.run_module('campaigns.media', run_name='__main__', alter_sys=False)\n"
    )
    interpreter = folder / "python"
    interpreter.write_text(f'#!/bin/sh\nshift 2\nexec "{sys.executable}" "{wrapper}" x "$@"\n')
    interpreter.chmod(0o755)
    monkeypatch.setattr(fence.sys, "executable", str(interpreter))
