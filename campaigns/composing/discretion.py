"""Who may send a text that names people's phone numbers."""

from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from campaigns import roles
from campaigns.composing import body
from campaigns.models import Revision
from campaigns.text import fields, merge, problems
from subscriptions import refusals

FIELD = "phone_number"


class NotSeen(refusals.Refused):
    """The text uses each person's number, and who wants to send it may not see numbers."""

    code = "numbers_not_seen"
    words = _(
        "The text uses each person's phone number. Only somebody who may see phone numbers can send it: "
        "ask them, or take ${phone_number} out."
    )


def check(*, revision: Revision, by: User) -> None:
    """Raise NotSeen where `by` would learn from what is sent what they may not see.

    A condition on the number writes one text or another, and which one it was is shown to everybody: sent often enough
    it tells a number digit by digit, however well the number itself is hidden.
    """
    if by.has_perm(roles.SEE_PHONE_NUMBERS):
        return
    known = fields.known(attributes=body.named_attributes(revision.text))
    try:
        used = merge.parse(revision.text, fields=known).fields
    except problems.MergeError:
        return  # nothing can be sent of it anyway
    if FIELD in used:
        raise NotSeen(found=FIELD)
