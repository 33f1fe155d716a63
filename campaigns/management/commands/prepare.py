"""Bring an installation up to date before it starts: one process, since each start of Python costs half a second."""

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand
from django.utils import timezone

from campaigns.forms import halt as words
from campaigns.lifecycle import halt
from campaigns.management import catalogues
from campaigns.sending import instance


class Command(BaseCommand):
    help = "Compile translations, migrate, collect changed static files, load the demo world once, print its log-ins."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        catalogues.compile_changed(locale_dir=settings.BASE_DIR / "locale")
        call_command("migrate", interactive=False, verbosity=0)
        # Before the demo world, whose messages would make a fresh database look like an old one.
        instance.step(now=timezone.now())
        collect_static()
        if settings.DEMO and "demo" in get_commands():
            call_command("demo", stdout=self.stdout)
        if stop := halt.current():
            self.stdout.write(words.words(stop))


def collect_static() -> None:
    """Collect when a file of ours, or the lock files that the other ones come from, changed since the last time."""
    base: Path = settings.BASE_DIR
    found = hashlib.sha256()
    ours = (path for path in (base / "static").rglob("*") if path.is_file())
    others = (base / name for name in ("requirements.lock", "package-lock.json", "mmsadmin/staticfiles.py"))
    for path in sorted([*ours, *others]):
        found.update(str(path.relative_to(base)).encode() + b"\0" + path.read_bytes())
    stamp = Path(settings.STATIC_ROOT) / ".stamp"
    if not stamp.exists() or stamp.read_text() != found.hexdigest():
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        stamp.write_text(found.hexdigest())
