"""`manage.py halt`: stop all sending from a terminal, or let it go on."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from campaigns.forms import halt as words
from campaigns.lifecycle import halt
from campaigns.models import Halt
from campaigns.reports import beyond_recall
from campaigns.sending import instance, restore


class Command(BaseCommand):
    help = (
        "Stop everything that leaves, tests and confirmations included, until --release. Running processes hear of it "
        "within half a second; it survives restarts. STOP is still applied."
    )
    # A pulled brake must not wait for a clean set-up.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("why", nargs="?", default="", help="shown on every page")
        parser.add_argument("--release", action="store_true", help="let everything go on where it stood")
        parser.add_argument(
            "--without-comparing",
            action="store_true",
            help="with --release after a restore: do not wait for what the providers say they accepted since",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        before = halt.current()
        if options["release"]:
            self._release(before, uncompared=options["without_comparing"], why=options["why"])
        elif halt.put_on(code=Halt.Code.BY_COMMAND, why=options["why"], now=now):
            self.stdout.write("All sending is stopped.")
        elif before is not None:
            self.stdout.write(f"Sending was stopped already, and stays so: {_said(before)}.")
        for line in words.found_words(beyond_recall.of_everything()):
            self.stdout.write(line)

    def _release(self, found: Halt | None, *, uncompared: bool, why: str) -> None:
        if found is None:
            self.stdout.write("Sending was not stopped.")
            return
        if not uncompared:
            restore.compare(now=timezone.now())
        row = instance.current()
        since = f"{row.knows_until:%Y-%m-%d %H:%M:%S %Z}" if row and row.knows_until else ""
        for line in words.grave_words(found, row, since=since, unlisted=restore.unlisted()):
            self.stdout.write(line)
        try:
            restore.release(by=None, now=timezone.now(), why=why, uncompared=uncompared)
        except restore.NotCompared as refused:
            raise CommandError(f"{refused} (--without-comparing)") from refused
        self.stdout.write(f"Sending goes on. It had been stopped: {_said(found)}.")


def _said(stop: Halt) -> str:
    who = stop.by.get_username() if stop.by else str(stop.get_code_display())
    return f"since {stop.since:%Y-%m-%d %H:%M:%S %Z}, by {who}" + (f", “{stop.why}”" if stop.why else "")
