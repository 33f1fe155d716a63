"""Say what a text costs as SMS."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from campaigns.text import parts


class Command(BaseCommand):
    """Print alphabet, characters, units and parts of a text."""

    help = "Say in how many SMS parts a text travels, and which character makes it longer."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the text, and how to print."""
        parser.add_argument("text", metavar="TEXT", help="the text as it is sent, merge fields filled in")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure and print."""
        measured = parts.measure(options["text"])
        forced_by = measured.forced_by._asdict() if measured.forced_by else None
        if options["json"]:
            answer = {**measured._asdict(), "forced_by": forced_by}
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
            return
        self.stdout.write(f"encoding    {'GSM-7' if measured.encoding == 'gsm7' else 'UCS-2'}")
        self.stdout.write(f"characters  {measured.characters}")
        self.stdout.write(f"units       {measured.units}")
        self.stdout.write(f"parts       {measured.parts}")
        if measured.forced_by:
            found = measured.forced_by
            self.stdout.write(f"forced by   {found.character} ({found.name}) at character {found.position + 1}")
