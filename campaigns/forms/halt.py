"""Stop all sending, and carry on: what a person gives with it, and how a stop reads."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from campaigns.models import Halt
from campaigns.reports import beyond_recall


class HaltForm(forms.Form):
    """Why it is stopped. No word is needed: who sees it go wrong has no time for one."""

    why = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=300,
        help_text=_("Everybody reads this on every page until it goes on."),
    )

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["why"].widget.attrs["autofocus"] = True


def words(stop: Halt) -> str:
    """Why nothing leaves, without the time and the person."""
    if stop.code == Halt.Code.RESTORED:
        return _t("The database is an older state than the one that was last at work here, so all sending is stopped.")
    if stop.code == Halt.Code.CLONED:
        return _t("This database comes from another installation or machine, so all sending is stopped.")
    return _t("All sending is stopped.")


def found_words(found: beyond_recall.Found) -> list[str]:
    """What waits and what cannot be recalled, as sentences; what there is none of is not spoken of."""
    waiting = ngettext("%(count)d message waits.", "%(count)d messages wait.", found.waiting) % {"count": found.waiting}
    gone = ngettext(
        "%(count)d message is on its way to the provider or accepted there, and can no longer be recalled.",
        "%(count)d messages are on their way to the provider or accepted there, and can no longer be recalled.",
        found.gone,
    ) % {"count": found.gone}
    return [line for line, count in ((waiting, found.waiting), (gone, found.gone)) if count]
