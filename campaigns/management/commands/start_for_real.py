"""`manage.py start_for_real`: an owner comes, the demo world goes."""

import getpass
import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from campaigns.demo import removal
from campaigns.forms import start_for_real

PASSWORD_VARIABLE = "MMSADMIN_OWNER_PASSWORD"  # noqa: S105 - the name of a variable


class Command(BaseCommand):
    help = (
        "Make the owner of this installation and remove the demo world, all at once. "
        f"The password is asked for, or read from {PASSWORD_VARIABLE}."
    )
    # It is the way out of what the checks refuse.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--username", required=True, help="the owner's user name")
        parser.add_argument("--email", required=True, help="the owner's e-mail address")
        parser.add_argument("--yes", action="store_true", help="do not ask before removing")

    def handle(self, *args: Any, **options: Any) -> None:
        goes = removal.contents()
        self.stdout.write(
            f"This removes {goes.people} fictitious people, {goes.campaigns} campaigns with {goes.messages} messages, "
            f"{goes.pictures} files, the groups {', '.join(goes.groups) or 'none'} "
            f"and the log-ins {', '.join(goes.users) or 'none'}."
        )
        if goes.real_people:
            self.stdout.write(f"{goes.real_people} real people stay, without the consent they gave to these groups.")
        if not options["yes"] and input("Type yes to go on: ").strip().lower() != "yes":
            raise CommandError("Nothing was removed.")
        password = os.environ.get(PASSWORD_VARIABLE)
        again = password
        if password is None:
            password, again = getpass.getpass("Password: "), getpass.getpass("The same again: ")
        form = start_for_real.OwnerForm(
            {
                "username": options["username"],
                "email": options["email"],
                "password": password,
                "again": again,
                "agreed": "on",
            }
        )
        if not form.is_valid():
            raise CommandError("\n".join(str(words) for found in form.errors.values() for words in found))
        try:
            owner = removal.start_for_real(
                username=form.cleaned_data["username"],
                email=form.cleaned_data["email"],
                password=form.cleaned_data["password"],
            )
        except removal.StartRefused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"{owner.username} owns this installation now. The demo world is gone.")
