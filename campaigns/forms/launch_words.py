"""The one question before a launch, in words: how many people, of which group, in which form, and when."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.audience import estimate


def question(*, group: str, people: estimate.Estimate, has_file: bool, said: str, undo_s: int) -> list[str]:
    """Sentences, one for each fact. `said` is the moment in words, empty for *now* with `undo_s` seconds to undo."""
    link = people.by_route.get("link", 0) if has_file else 0
    lines = [
        ngettext(
            "It goes to %(count)s person from “%(group)s”.",
            "It goes to %(count)s people from “%(group)s”.",
            people.reachable,
        )
        % {"count": _grouped(people.reachable), "group": group}
    ]
    if link:
        words = ngettext(
            "%(count)s of them gets a text with a link, since there is no MMS in their country.",
            "%(count)s of them get a text with a link, since there is no MMS in their country.",
            link,
        )
        lines.append(words % {"count": _grouped(link)})
    if said:
        lines.append(_("It starts on %(said)s. Until then you can take it back.") % {"said": said})
    else:
        lines.append(
            _("It starts %(seconds)s seconds after you press the button. Until then you can undo it.")
            % {"seconds": undo_s}
        )
    lines.append(_("If the number changes by more than a fifth until then, it is held and asks you."))
    return lines


def button(people: int) -> str:
    """What the button of the question says."""
    words = ngettext("Launch for %(count)s person", "Launch for %(count)s people", people)
    return words % {"count": _grouped(people)}


def _grouped(count: int) -> str:
    return str(number_format(count, decimal_pos=0, use_l10n=True, force_grouping=True))
