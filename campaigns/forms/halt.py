"""Stop all sending, and carry on: what a person gives with it, and how a stop reads."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from campaigns.models import Halt, Instance
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


def grave_words(stop: Halt, row: Instance | None, *, since: str, unlisted: int) -> list[str]:
    """After a restore, or in a clone: what is not known here, how far the comparison is, and what to look at. `since`
    is the moment up to which it is known what left, in words."""
    if stop.code not in (Halt.Code.RESTORED, Halt.Code.CLONED) or row is None or row.knows_until is None:
        return []
    lines = [_t("What left after %(since)s is not known to this database.") % {"since": since}]
    if stop.code == Halt.Code.CLONED:
        lines.append(_t("If the other one still sends, do not carry on here: both would send to the same people."))
    if row.compared_at and not row.found:
        lines.append(
            _t("It was compared with what the providers accepted since: nobody who waits here has got a message.")
        )
    elif row.compared_at:
        lines.append(
            ngettext(
                "It was compared with what the providers accepted since: %(count)d waiting message had left already. "
                "It is marked so and does not leave again.",
                "It was compared with what the providers accepted since: %(count)d waiting messages had left already. "
                "They are marked so and do not leave again.",
                row.found,
            )
            % {"count": row.found}
        )
    else:
        lines.append(_t("It is being compared with what the providers accepted since. Reload the page in a moment."))
    if unlisted:
        lines.append(
            ngettext(
                "%(count)d message waits at a provider that cannot say what it accepted: look there before you go on.",
                "%(count)d messages wait at providers that cannot say what they accepted: look there before you go on.",
                unlisted,
            )
            % {"count": unlisted}
        )
    lines.append(
        _t(
            "What people wrote since then is missing too: who wrote STOP stands in the provider’s own record only. "
            "Unsubscribe them here first."
        )
    )
    return lines
