"""Why a message was left out, failed or waits, and why a campaign is held: the code, in words, and what to do."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from campaigns.forms import limit_words

REASONS: dict[str, Promise] = {
    # left out when people were picked, or at the last look
    "suppressed": _("suppressed: never to be texted"),
    "unsubscribed": _("unsubscribed from this group"),
    "not_subscribed": _("no consent to this group"),
    "invalid_phone": _("the number cannot be texted"),
    "country_not_allowed": _("the country is not on the group's allow-list"),
    "fictitious": _("fictitious person: only the sandbox may send to them"),
    "phone_not_proved": _("this phone of ours is not proved by its code"),
    "cancelled": _("the campaign was cancelled"),
    "no_number": _("no number of the group can send this; it waits for one"),
    # left out when their own message was put together
    "rendered_too_long": _("with this person's details the text is over its limit"),
    "body_too_long": _("with this person's details the message is over its limit"),
    "too_large_total": _("with this person's details text and picture are over what the number carries"),
    "result_too_long": _("with this person's details a merge field is over its limit"),
    "not_comparable": _("a condition in the text cannot be asked of this person's details"),
    "empty_message": _("nothing is left of the message for this person"),
    # waiting again
    "media_unreachable_here": _("the picture could not be fetched from where we keep it; nothing left"),
    "slow_down": _("the provider asked to slow down"),
    "provider_unreachable": _("the provider cannot be reached; nothing left, it is tried again"),
    # unclear
    "no_clear_answer": _("handed over, but no clear answer came; it is not sent again by guess"),
    "worker_lost": _("the sender process stopped in mid-hand-over; the provider is asked"),
    "never_left": _("it never left, and the campaign had ended before the provider said so"),
    "released": _("it was unclear, and somebody let it be sent again"),
    "taken_as_sent": _("it was unclear, and somebody took it as sent"),
    # refused by the provider
    "bad_request": _("the provider did not understand the request"),
    "bad_number": _("the provider says that this is no phone number"),
    "media_unreachable": _("the provider could not fetch the picture"),
    "opted_out": _("opted out at the provider"),
    "too_large": _("too large for the provider"),
    "media_type": _("the provider does not take this kind of file"),
    "sender_cannot_mms": _("the provider says that this sender number cannot send MMS"),
    "unreachable": _("the phone cannot be reached"),
    "not_authorised": _("the provider refused our account"),
    "unlisted": _("refused with a code that we do not know"),
}

# Why a campaign is paused or held.
HOLDS: dict[str, Promise] = {
    "by_person": _("Paused. Nothing more leaves; what is already with the provider cannot be recalled."),
    "late": _(
        "This campaign was due %(minutes)s minutes before anything could start. It is held, so that nothing leaves "
        "at the wrong time: send it now, or cancel it."
    ),
    "audience_changed": _(
        "You confirmed %(confirmed)s people; it is %(found)s at the start. That is more than 20 %% of difference, "
        "so it is held: send to %(found)s people, or cancel it."
    ),
    "no_mms_number": _(
        "The group has no active MMS-enabled number any more. When it has one again, send now; or cancel."
    ),
    "media_missing": _(
        "The picture is no longer where files are kept, so nothing is sent without it. Whoever runs this "
        "installation can bring it back from the backup; then resume. Or cancel."
    ),
    "media_unreachable": _(
        "The place where files are kept does not answer, so nothing is sent without its picture. It goes on by "
        "itself as soon as the picture can be fetched."
    ),
    "too_large_now": _(
        "The message has %(weight)s, but the %(whose)s carries %(most)s, so nothing is sent. Ask %(person)s to "
        "take that number out of the group; or cancel, make the file fit in a copy, and launch that."
    ),
    "account_refused": _(
        "The provider refused our account (code %(code)s), so everything was paused after the first refusal. "
        "An account manager can put the account right; then resume."
    ),
    "too_many_errors": _(
        "It paused itself: of the last %(answers)s answers of the provider, %(errors)s were errors that are not "
        "the recipients’ fault. Most often (%(times)s times) it said: %(said)s. Put that right, then try again "
        "with one message."
    ),
    "may_have_run": _(
        "This campaign was due before the database was set back to an older state, so it may have been sent already. "
        "Who is known to have got it is marked so. Send it to the others now, or cancel it."
    ),
    "changed_since_approval": _(
        "What would be sent is no longer what was approved. Cancel it, look at a copy, and launch that."
    ),
}

# Codes in receipts, of the sandbox carrier.
_CARRIER: dict[str, Promise] = {
    "40001": _("the carrier says that this is no phone number"),
    "40002": _("the carrier could not fetch the picture"),
    "40004": _("the carrier says that it is too large"),
    "40005": _("the carrier does not take this kind of file"),
    "40301": _("the carrier says that the phone cannot be reached"),
}


def reason(code: str) -> str:
    """The reason on a person's row. A code unknown to us is shown as it is: honest, if not pretty."""
    if code in REASONS:
        return str(REASONS[code])
    if code.startswith("carrier_"):
        said = code.removeprefix("carrier_")
        return str(_CARRIER.get(said) or _t("the carrier reported code %(code)s") % {"code": said})
    return code


def act(why: str) -> str:
    """What somebody did to a campaign that stayed in its state; empty where the state itself tells."""
    code, _space, count = why.partition(" ")
    people = int(count) if count.isdecimal() else 0
    if code == "counted_anew":
        return _t("counted anew")
    if code == "unclear_again":
        return ngettext("%(n)s unclear sent again", "%(n)s unclear sent again", people) % {"n": people}
    if code == "unclear_taken":
        return ngettext("%(n)s unclear taken as sent", "%(n)s unclear taken as sent", people) % {"n": people}
    return ""


def hold(code: str, detail: Mapping[str, Any]) -> str:
    """Why a campaign is paused or held, and what the person can do."""
    found = HOLDS.get(code)
    if code == "too_large_now":
        detail = limit_words.held(detail)
    if code == "too_many_errors":
        detail = {**detail, "said": said(str(detail.get("said", "")))}
    words = str(found) % dict(detail) if found else ""
    if detail.get("tried"):
        words += " " + _t("One message was tried again, and the answer was: %(said)s.") % {
            "said": said(str(detail["tried"]))
        }
    return words


def said(answer: str) -> str:
    """A provider's answer as it is kept, "code words" or the network's own word, fit to stand in a sentence."""
    code, _space, words = answer.partition(" ")
    if words in REASONS:
        return _t("%(words)s (code %(code)s)") % {"words": REASONS[words], "code": code}
    return str(REASONS.get(answer, answer))
