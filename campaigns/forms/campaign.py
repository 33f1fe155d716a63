"""Starting a campaign: a name, a purpose, a group that can send it."""

from dataclasses import dataclass

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign
from subscriptions.models import SenderNumber, SubscriptionGroup


@dataclass(frozen=True)
class GroupChoice:
    """One group to choose: its numbers, or why it cannot send."""

    group: SubscriptionGroup
    numbers: list[SenderNumber]
    why_not: str | Promise


def group_choices() -> list[GroupChoice]:
    """Every group, those that can send first; each other one with its reason. Three queries, however many groups."""
    ready = set(SubscriptionGroup.objects.with_mms().values_list("pk", flat=True))
    choices = []
    for group in SubscriptionGroup.objects.prefetch_related("numbers__account"):
        numbers = [number for number in group.numbers.all() if number.is_active]
        choices.append(GroupChoice(group, numbers, "" if group.pk in ready else _why_not(group, numbers)))
    return sorted(choices, key=lambda choice: bool(choice.why_not))


def _why_not(group: SubscriptionGroup, numbers: list[SenderNumber]) -> str | Promise:
    flagged = [number for number in numbers if number.is_mms_enabled]
    if not group.is_active:
        return _("This group is switched off.")
    if not numbers:
        return _("It has no active sender number.")
    if not flagged:
        return _("None of its active numbers is MMS-enabled, so no picture can leave from here.")
    if all(number.registration != SenderNumber.Registration.REGISTERED for number in flagged):
        return _("Its MMS-enabled number is not registered with the carriers yet.")
    return _("The provider account of its MMS-enabled number is switched off.")


class CampaignForm(forms.Form):
    """A new campaign. Only a group with an active MMS-enabled number is a valid choice."""

    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        help_text=_("Only your team sees it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    purpose = forms.ChoiceField(label=_("Purpose"), choices=Campaign.Purpose.choices, widget=forms.RadioSelect)
    group = forms.ModelChoiceField(
        label=_("Subscription group"),
        queryset=SubscriptionGroup.objects.none(),
        error_messages={
            "required": _("Choose the group that sends this campaign."),
            "invalid_choice": _("This group cannot send MMS now: choose another, or ask the person named beside it."),
        },
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's own signature, passed through
        field = self.fields["group"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = SubscriptionGroup.objects.with_mms()
