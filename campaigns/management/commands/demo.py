"""`manage.py demo`: the demo world, once."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from campaigns.demo import logins, world


class Command(BaseCommand):
    help = "Load the demo world into an empty installation and print its log-ins. A second time changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--logins", action="store_true", help="only print the log-ins")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo world has passwords that everybody knows: it does not go into production.")
        if not options["logins"]:
            world.load(now=timezone.now())
        for login in logins.active():
            self.stdout.write(f"{login.role}: {login.username} / {logins.PASSWORD}")
