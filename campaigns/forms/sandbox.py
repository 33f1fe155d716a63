"""What a virtual phone writes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.gateways import http
from campaigns.media import kinds
from subscriptions.models import SenderNumber

TEXT_CHARACTERS = 1_600
# What the carrier takes from a phone.
FILE_BYTES = 5_000_000
_OCTETS = "application/octet-stream"


class ReplyForm(forms.Form):
    """A reply to one of our numbers: a keyword's button, or a text and a file."""

    to = forms.ModelChoiceField(queryset=SenderNumber.objects.none(), to_field_name="value")
    text = forms.CharField(required=False, strip=False, max_length=TEXT_CHARACTERS)
    word = forms.ChoiceField(required=False, choices=[(word, word) for word in ("STOP", "HELP", "START")])
    file = forms.FileField(required=False, allow_empty_file=False)

    def __init__(self, *given: Any, numbers: list[SenderNumber], **more: Any) -> None:
        super().__init__(*given, **more)
        to = self.fields["to"]
        assert isinstance(to, forms.ModelChoiceField)
        to.queryset = SenderNumber.objects.filter(pk__in=[number.pk for number in numbers]).select_related("account")

    def clean_file(self) -> http.Fetched | None:
        """The file as the phone would send it: what it is decides the type, not its name."""
        file = self.cleaned_data.get("file")
        if not file:
            return None
        if file.size > FILE_BYTES:
            raise forms.ValidationError(_("A virtual phone sends files of up to 5 MB."))
        content = file.read()
        claimed = file.content_type if "/" in (file.content_type or "") else _OCTETS
        return http.Fetched(kinds.MIME.get(kinds.sniff(content, name=file.name), claimed), content)

    def clean(self) -> dict[str, Any]:
        """Something must be in it."""
        found = super().clean() or self.cleaned_data
        if not self.errors and not (found.get("word") or found.get("text", "").strip() or found.get("file")):
            raise forms.ValidationError(_("Write something, or choose a picture."))
        return found
