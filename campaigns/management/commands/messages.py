"""`make messages`: bring the catalogues in step with the sources, and say what is not translated yet."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from campaigns.management import catalogues, extraction


class Command(BaseCommand):
    help = "Write every sentence of the sources into locale/*/LC_MESSAGES/django.po, and compile."

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        folder = settings.BASE_DIR / "locale"
        left: list[str] = []
        for po in sorted(folder.glob("*/LC_MESSAGES/django.po")):
            updated = extraction.update(root=settings.BASE_DIR, po=po)
            untranslated = extraction.missing(updated)
            self.stdout.write(f"{po.relative_to(settings.BASE_DIR)}: {len(updated)} sentences")
            left += [f"  {po.parts[-3]}: {sentence}" for sentence in untranslated]
        catalogues.compile_changed(locale_dir=folder)
        if left:
            raise CommandError("Not translated yet:\n" + "\n".join(left))
