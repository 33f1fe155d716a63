"""The words for rights, as people speak of them; Django's own ("Can add import") are for programmers."""

from collections.abc import Iterable
from typing import Final

from django.utils.functional import Promise
from django.utils.text import get_text_list
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

_WORDS: Final[dict[str, Promise]] = {
    "campaigns.view_campaign": _("look at campaigns"),
    "campaigns.add_campaign": _("make campaigns"),
    "campaigns.change_campaign": _("edit campaigns"),
    "campaigns.launch_campaign": _("launch campaigns"),
    "campaigns.view_asset": _("look at the library"),
    "campaigns.add_asset": _("upload files"),
    "campaigns.change_asset": _("change the library"),
    "campaigns.view_inbound": _("read the inbox"),
    "campaigns.view_message": _("look at messages"),
    "campaigns.export": _("export"),
    "campaigns.change_outlet": _("change who is told"),
    "campaigns.mend_ledger": _("count a ledger anew"),
    "subscriptions.view_contact": _("look at people"),
    "subscriptions.add_contact": _("add people"),
    "subscriptions.change_contact": _("change people"),
    "subscriptions.view_importrun": _("look at imports"),
    "subscriptions.add_importrun": _("import people"),
    "subscriptions.add_ourphone": _("add phones for tests"),
    "subscriptions.see_phone_numbers": _("see phone numbers"),
    "subscriptions.delete_subscriptiongroup": _("remove groups"),
    "subscriptions.delete_provideraccount": _("remove provider accounts"),
}


def missing(rights: Iterable[str]) -> str:
    """The sentence for somebody who lacks these rights ("app.codename")."""
    told = [f"“{_WORDS.get(right, right)}”" for right in rights]
    return gettext("For this you need the right %(rights)s. An account manager can give it to you.") % {
        "rights": get_text_list(told, gettext("and"))
    }
