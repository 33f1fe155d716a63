"""What is told, in words: the subject and the sentence of each event, in the language of whoever is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from campaigns import states
from campaigns.forms import reason_words
from campaigns.models import Heartbeat, Notice


@dataclass(frozen=True, slots=True)
class Told:
    """One line, a sentence or two, and where to look."""

    subject: str
    text: str
    url: str


def of(notice: Notice, *, language: str) -> Told:
    """The words of a notice. Names that people gave stand in one line: a subject has no second one."""
    with override(language):
        subject, text = _said(states.Notice(notice.event), notice.facts)
        return Told(" ".join(subject.split()), text, _url(notice.facts))


def trial(*, language: str) -> Told:
    """The words of a test."""
    with override(language):
        return Told(
            _("A test from mmsadmin"),
            _("This is how you are told when something needs a person. Nothing has happened."),
            settings.PUBLIC_BASE_URL,
        )


def _url(facts: Mapping[str, Any]) -> str:
    campaign = facts.get("campaign")
    return f"{settings.PUBLIC_BASE_URL}/campaigns/{campaign}/live" if campaign else f"{settings.PUBLIC_BASE_URL}/"


def _said(event: states.Notice, facts: Mapping[str, Any]) -> tuple[str, str]:
    name = {"name": facts.get("name", "")}
    match event:
        case states.Notice.RUN_PAUSED:
            why = reason_words.hold(str(facts.get("hold_code", "")), facts.get("hold_detail") or {})
            return _("“%(name)s” paused itself") % name, why or _("Look at its page for the reason.")
        case states.Notice.RUN_FINISHED:
            return _("“%(name)s” has finished") % name, _("What came of it stands on its page.")
        case states.Notice.LEDGER_WRONG:
            figures = {key: facts.get(key) for key in ("planned", "tallied", "counted")}
            return (
                _("The counts of “%(name)s” do not add up") % name,
                _("Planned: %(planned)s. Counted on its page: %(tallied)s. Messages: %(counted)s.") % figures,
            )
        case states.Notice.WORKER_SILENT:
            return _silent(str(facts.get("process", "")))
        case states.Notice.DISK_FULL:
            return (
                _("The disk is %(percent)s%% full") % {"percent": facts.get("percent", "")},
                _("When it is full nothing can be written down, so nothing is sent. Make room, or enlarge it."),
            )
        case states.Notice.NUMBER_RESTED:
            return (
                _("Sender number %(number)s (%(group)s) rests after errors")
                % {"number": facts.get("number", ""), "group": facts.get("group", "")},
                _("The provider said: %(said)s. It tries again by itself; the group's other numbers go on.")
                % {"said": facts.get("said") or "–"},
            )


def _silent(process: str) -> tuple[str, str]:
    return (
        _("The process “%(process)s” is silent for a minute") % {"process": process},
        Heartbeat(process=process).silence or _("Start it again; what waits is sent then, and nothing twice."),
    )
