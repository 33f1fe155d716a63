"""What the library's pages send, and the words that only they say."""

from typing import Any, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.assets import cuts, shelf
from campaigns.media import crop

WEIGHT_WORDS: Final[dict[str, Promise]] = {
    "safe": _("up to 300 KB"),
    "normal": _("300 to 600 KB"),
    "large": _("600 KB to 1 MB"),
    "over": _("over 1 MB"),
}
SHAPE_WORDS: Final[dict[str, Promise]] = {
    "free": _("Any shape"),
    "square": _("Square"),
    "tall": _("9:16, fills a phone"),
    "portrait": _("4:5"),
    "wide": _("16:9"),
}


class AboutForm(forms.Form):
    """What is to be seen, and the words under which the file is found again."""

    description = forms.CharField(
        label=_("What is to be seen"),
        required=False,
        max_length=shelf.DESCRIPTION_CHARACTERS,
        help_text=_("For people who cannot see the picture. Needed before it is sent."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    tags = forms.CharField(
        label=_("Tags"),
        required=False,
        max_length=shelf.TAG_CHARACTERS * shelf.TAGS_AT_MOST,
        help_text=_("With commas between: summer, beach, sale"),
    )

    def clean_tags(self) -> list[str]:
        return shelf.clean_tags(self.cleaned_data["tags"])


class CutForm(forms.Form):
    """A part of a picture, as shares of its turned sides; without a script a shape, cut around the middle."""

    x = forms.FloatField(required=False, min_value=0, max_value=1)
    y = forms.FloatField(required=False, min_value=0, max_value=1)
    width = forms.FloatField(required=False, min_value=0.001, max_value=1)
    height = forms.FloatField(required=False, min_value=0.001, max_value=1)
    rotate = forms.TypedChoiceField(
        required=False, coerce=int, choices=[(turn, str(turn)) for turn in (0, 90, 180, 270)]
    )
    shape = forms.ChoiceField(required=False, choices=list(SHAPE_WORDS.items()))

    def place(self, *, width: int, height: int) -> crop.Place:
        """What was chosen, of an upright picture of these sides."""
        sent: dict[str, Any] = self.cleaned_data
        turn = int(sent["rotate"] or 0)
        if all(sent[name] is not None for name in ("x", "y", "width", "height")):
            return crop.Place(sent["x"], sent["y"], sent["width"], sent["height"], turn)
        sides = (height, width) if turn in {90, 270} else (width, height)
        ratio = cuts.SHAPES.get(sent["shape"])
        return crop.centred(sides, ratio=ratio, turn=turn) if ratio else crop.Place(turn=turn)
