"""Other tools, each in a process of its own, on files of its own. One that is missing is named on standard error."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import oxipng
from django.conf import settings

EDGE = 1_600
Rival = Callable[[bytes, int], bytes]


def jpeg() -> dict[str, Rival]:
    """What makes a JPEG of a photo within a budget, 1600 pixels on its long side, each with a search over quality."""
    found: dict[str, Rival] = {}
    convert = _image_magick()
    if convert is None:
        _missing("ImageMagick")
    else:
        reduced = [convert, "{in}", "-auto-orient", "-resize", f"{EDGE}x{EDGE}>", "-strip"]
        found["imagemagick"] = lambda data, budget: _run(
            [*reduced, "-define", f"jpeg:extent={budget}", "jpeg:{out}"], data
        )
    node = shutil.which("node")
    if node is None or not _has_sharp(node):
        _missing("sharp")
    else:
        script = str(Path(__file__).with_name("sharp.mjs"))
        for name, mozjpeg in (("sharp", "plain"), ("sharp_mozjpeg", "mozjpeg")):
            found[name] = lambda data, budget, mozjpeg=mozjpeg: _run(
                [node, script, "{in}", "{out}", str(budget), str(EDGE), mozjpeg], data
            )
    return found


def png() -> Rival | None:
    """pngquant with 256 colours at its best speed for quality, then oxipng."""
    program = shutil.which(
        "pngquant", path=f"{Path(sys.executable).parent}:{Path(sys.prefix) / 'bin'}"
    ) or shutil.which("pngquant")
    if program is None:
        _missing("pngquant")
        return None

    def quantise(data: bytes, _budget: int) -> bytes:
        few = _run([program, "256", "--speed", "1", "--strip", "--force", "--output", "{out}", "{in}"], data)
        return oxipng.optimize_from_memory(few, level=4)

    return quantise


def _image_magick() -> str | None:
    """The first program of that name that is the real one."""
    for name in ("magick", "convert", "/usr/bin/convert"):
        path = shutil.which(name)
        if path is None:
            continue
        told = subprocess.run([path, "-version"], capture_output=True, check=False).stdout
        if told.startswith(b"Version: ImageMagick"):
            return path
    return None


def _has_sharp(node: str) -> bool:
    asked = subprocess.run([node, "-e", "require('sharp')"], cwd=settings.BASE_DIR, capture_output=True, check=False)
    return asked.returncode == 0


def _run(command: list[str], data: bytes) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in", Path(folder) / "out"
        source.write_bytes(data)
        filled = [word.replace("{in}", str(source)).replace("{out}", str(target)) for word in command]
        subprocess.run(filled, check=True, cwd=settings.BASE_DIR, capture_output=True)
        return target.read_bytes()


def _missing(name: str) -> None:
    sys.stderr.write(f"{name} is not installed: its figures are left out\n")
