"""What the acts of the live page send."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.lifecycle import unclear


class UnclearForm(forms.Form):
    """A person's word over what is unclear, with the number of people that they were told."""

    verdict = forms.ChoiceField(choices=[(verdict.value, verdict.value) for verdict in unclear.Verdict])
    people = forms.IntegerField(min_value=1)
    message = forms.IntegerField(required=False, min_value=1, max_value=2**62)

    def message_id(self) -> int | None:
        """The one message that is meant, if one is; also where the rest of the form was not sent."""
        self.is_valid()
        found: int | None = self.cleaned_data.get("message")
        return found


class FollowUpForm(forms.Form):
    """Who is sent to once more: state:reason, of those that are there."""

    who = forms.MultipleChoiceField(error_messages={"required": _("Choose at least one line.")})

    def __init__(self, *args: Any, choices: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["who"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(choice, choice) for choice in choices]
