"""What the acts of the live page send."""

from django import forms

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
