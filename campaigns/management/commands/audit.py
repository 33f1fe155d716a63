"""`manage.py audit`: whether everybody is accounted for. Ends with 1 where a ledger is wrong."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from campaigns.lifecycle import ledger
from campaigns.models import Run


class Command(BaseCommand):
    help = (
        "Compare what was planned, the tallies and the messages of every run (or of those named), by sender number, "
        "state and reason. Says a line for each run, and each difference; ends with 1 if there is any."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run", nargs="*", type=int, help="the IDs of runs; without any, all of them")

    def handle(self, *args: Any, **options: Any) -> None:
        asked: list[int] = options["run"]
        rows = Run.objects.order_by("pk")
        ids = list((rows.filter(pk__in=asked) if asked else rows).values_list("pk", flat=True))
        if missing := sorted(set(asked) - set(ids)):
            raise CommandError(f"There is no run {', '.join(map(str, missing))}.")
        wrong = sum(not self._audit(run_id) for run_id in ids)
        self.stdout.write(f"{len(ids)} runs checked, {wrong} wrong.")
        if wrong:
            sys.exit(1)

    def _audit(self, run_id: int) -> bool:
        sheet = ledger.read(run_id=run_id, whole=True)
        ledger.keep(sheet=sheet, now=timezone.now())
        verdict = "right" if sheet.is_right else "WRONG"
        self.stdout.write(
            f"run {run_id}: planned {sheet.planned}, tallied {sheet.tallied}, counted {sheet.counted}: {verdict}"
        )
        for line in sheet.differences:
            where = f"number {line.shard}" if line.shard else "no number"
            state = f"{line.state} ({line.reason})" if line.reason else line.state
            self.stdout.write(
                f"  {where}, {state}: tallied {line.tallied}, counted {line.counted}, "
                f"difference {line.tallied - line.counted:+d}"
            )
        return sheet.is_right
