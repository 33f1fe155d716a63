"""What the contact-card studio sends, and the card that it makes of it."""

import base64
import binascii
import dataclasses
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.assets import cards
from campaigns.forms import media_words
from campaigns.media import crop, problems, vcard, vcard_dialling, vcard_write
from subscriptions.models import SenderNumber, SubscriptionGroup

_KEPT_CHARACTERS: Final = 60_000
_UNSEEN: Final = ("photo_kept", "x", "y", "width", "height", "rotate", "version")
_ADDRESS: Final = ("street", "city", "region", "code", "country")


def _text(label: Any, characters: int, *, complete: str = "off", **more: Any) -> forms.CharField:
    """A line of text. What browsers know of the person at the keyboard is not what stands in the card."""
    attrs = {"autocomplete": complete, **more.pop("attrs", {})}
    return forms.CharField(
        label=label, required=False, max_length=characters, widget=forms.TextInput(attrs=attrs), **more
    )


@dataclasses.dataclass(frozen=True)
class Row:
    """One number that was typed, with its type and what is wrong with it."""

    value: str = ""
    type: str = "CELL"
    error: str = ""


class CardForm(forms.Form):
    """A contact card. The typed numbers are pairs of `phone` and `phone_type`, as many as there are."""

    first = _text(gettext_lazy("First name"), 60)
    last = _text(gettext_lazy("Last name"), 60)
    full_name = _text(
        gettext_lazy("Name shown"), 100, help_text=gettext_lazy("Left empty, it is the first and the last name.")
    )
    name_prefix = _text(gettext_lazy("Prefix"), 30)
    middle = _text(gettext_lazy("Middle name"), 60)
    name_suffix = _text(gettext_lazy("Suffix"), 30)
    organisation = _text(gettext_lazy("Organisation"), 100)
    title = _text(gettext_lazy("Title"), 100)
    group = forms.ModelChoiceField(
        label=gettext_lazy("Numbers of the group"),
        queryset=SubscriptionGroup.objects.filter(is_active=True),
        required=False,
        empty_label=gettext_lazy("None"),
    )
    numbers = forms.ModelMultipleChoiceField(queryset=SenderNumber.objects.none(), required=False)
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    site = _text(gettext_lazy("Website"), 500, attrs={"inputmode": "url"})
    street = _text(gettext_lazy("Street"), 200)
    city = _text(gettext_lazy("City"), 100)
    region = _text(gettext_lazy("State or region"), 100)
    code = _text(gettext_lazy("Postal code"), 30)
    country = _text(gettext_lazy("Country"), 100)
    note = forms.CharField(
        label=gettext_lazy("Note"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    photo = forms.FileField(label=gettext_lazy("Photo"), required=False, allow_empty_file=True)
    photo_kept = forms.CharField(required=False, max_length=_KEPT_CHARACTERS)
    photo_removed = forms.BooleanField(required=False)
    x = forms.FloatField(required=False, min_value=0, max_value=1)
    y = forms.FloatField(required=False, min_value=0, max_value=1)
    width = forms.FloatField(required=False, min_value=0, max_value=1)
    height = forms.FloatField(required=False, min_value=0, max_value=1)
    rotate = forms.TypedChoiceField(choices=[(turn, turn) for turn in (0, 90, 180, 270)], coerce=int, required=False)
    version = forms.IntegerField(required=False, min_value=1)

    def __init__(self, *args: Any, source: vcard.Card | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.source = source
        self.rows = self._typed_rows() if self.is_bound else []
        field = self.fields["numbers"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        self.chosen_group = self._chosen_group()
        self.offered = cards.numbers(self.chosen_group) if self.chosen_group else []
        field.queryset = SenderNumber.objects.filter(pk__in=[number.pk for number in self.offered])

    @property
    def chosen(self) -> set[str]:
        """The numbers of the group that are ticked, as the page writes their keys."""
        return {str(value) for value in self["numbers"].value() or ()}

    def place(self) -> crop.Place:
        """The part of the photo that was chosen; what makes no sense is the whole."""
        said = self.cleaned_data
        x, y, width, height = (said.get(name) for name in ("x", "y", "width", "height"))
        if x is None or y is None or not width or not height:
            return crop.WHOLE
        return crop.Place(x, y, width, height, turn=said.get("rotate") or 0)

    def kept_photo(self) -> bytes:
        """The photo as it came back from the page that showed it: a JPEG of ours, or nothing."""
        if self.cleaned_data.get("photo_removed"):
            return b""
        try:
            data = base64.b64decode(self.cleaned_data.get("photo_kept") or "", validate=True)
        except (binascii.Error, ValueError):
            return b""
        return data if data[:3] == b"\xff\xd8\xff" else b""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in _UNSEEN:
            # Nobody could see or mend it: the photo is taken as it is, the draft as one that was not seen.
            self.errors.pop(name, None)
        if not any(self._said(name) for name in ("first", "last", "full_name")):
            self.add_error("first", _("Say a name: first, last, or what is shown."))
        if any(row.error for row in self.rows):
            self.add_error(None, _("One of the numbers cannot be dialled."))
        elif not cleaned.get("numbers") and not any(row.value for row in self.rows) and "numbers" not in self.errors:
            self.add_error("numbers", _("Choose or type at least one number."))
        if not self.errors:
            self._check_readable()
        return cleaned

    def clean_site(self) -> str:
        site = str(self.cleaned_data["site"])
        if site and not vcard.is_site(site):
            raise forms.ValidationError(_("This is no address of a website. Write it like https://example.com"))
        return site if not site or "://" in site else f"https://{site}"

    def card(self, photo: bytes = b"") -> vcard.Card:
        """The card, as far as it is sound; what a card that is edited has more of than one is kept."""
        names = tuple(self._said(name) for name in ("last", "first", "middle", "name_prefix", "name_suffix"))
        parts = (names[3], names[1], names[2], names[0], names[4])
        return vcard.Card(
            full_name=self._said("full_name") or " ".join(part for part in parts if part),
            phones=(*self._group_phones(), *self._other_phones()),
            names=names if any(names) else (),
            emails=self._first_and_kept("emails", self._said("email")),
            addresses=self._first_and_kept("addresses", self._address()),
            organisation=self._said("organisation"),
            title=self._said("title"),
            url=self._said("site"),
            note="\n".join(str(self.cleaned_data.get("note") or "").split("\r\n")).strip(),
            photo=photo or None,
            photo_kind="jpeg" if photo else "",
        )

    def _said(self, name: str) -> str:
        return " ".join(str(self.cleaned_data.get(name) or "").split())

    def _chosen_group(self) -> SubscriptionGroup | None:
        value = str(self["group"].value() or "")
        if not value.isdecimal() or len(value) > 18:
            return None
        return SubscriptionGroup.objects.filter(is_active=True, pk=int(value)).first()

    def _typed_rows(self) -> list[Row]:
        data = self.data
        values = data.getlist("phone") if hasattr(data, "getlist") else []
        types = data.getlist("phone_type") if hasattr(data, "getlist") else []
        rows = []
        for place, value in enumerate(values[: 4 * cards.OTHER_NUMBERS]):
            kind = types[place] if place < len(types) and types[place] in cards.PLACES else ""
            rows.append(_row(" ".join(value.replace("\0", "").split())[:60], kind))
        return rows

    def _group_phones(self) -> tuple[vcard.Labelled, ...]:
        ticked = {number.pk for number in self.cleaned_data.get("numbers") or ()}
        return tuple(vcard.Labelled(number.value, ("CELL",)) for number in self.offered if number.pk in ticked)

    def _other_phones(self) -> tuple[vcard.Labelled, ...]:
        before = {phone.value: phone.types for phone in self.source.phones} if self.source else {}

        def types(row: Row) -> tuple[str, ...]:
            held = before.get(row.value, ())
            return held if row.type in held else (row.type,) * bool(row.type)

        return tuple(vcard.Labelled(row.value, types(row)) for row in self.rows if row.value)

    def _address(self) -> str:
        parts = [self._said(name) for name in _ADDRESS]
        if not any(parts):
            return ""
        box = self.source.addresses[0].value.split("\n")[:2] if self.source and self.source.addresses else ["", ""]
        return "\n".join([*box, *parts])

    def _first_and_kept(self, name: str, value: str) -> tuple[vcard.Labelled, ...]:
        before: tuple[vcard.Labelled, ...] = getattr(self.source, name) if self.source else ()
        first = (vcard.Labelled(value, before[0].types if before else ()),) if value else ()
        return (*first, *before[1:])

    def _check_readable(self) -> None:
        """What was typed has to come out of the file as it went in."""
        made = self.card()
        try:
            read = vcard.read(vcard_write.write(made))
        except problems.UnfitError as unfit:
            for one in unfit.problems:
                self.add_error(None, media_words.sentence(one.code, one.limit, one.found))
            return
        if read.left_out:
            self.add_error("email", _("Phones do not understand this address. Choose another."))


def _row(value: str, kind: str) -> Row:
    if not value:
        return Row("", kind)
    try:
        return Row(vcard_dialling.in_full(value), kind)
    except problems.UnfitError:
        return Row(value, kind, _("This is no number that can be dialled. Write it like +1 212 555 0123."))


def initial(card: vcard.Card, *, group: SubscriptionGroup | None) -> dict[str, Any]:
    """What the fields say of an existing card; its numbers are those of `group` and the rest."""
    last, first, middle, prefix, suffix = card.names or ("",) * 5
    built = " ".join(part for part in (prefix, first, middle, last, suffix) if part)
    offered = cards.numbers(group) if group else []
    held = {phone.value for phone in card.phones}
    address = card.addresses[0].value.split("\n") if card.addresses else [""] * 7
    return {
        "first": first,
        "last": last,
        "middle": middle,
        "name_prefix": prefix,
        "name_suffix": suffix,
        "full_name": card.full_name if card.full_name != built else "",
        "organisation": card.organisation,
        "title": card.title,
        "group": group.pk if group else None,
        "numbers": [number.pk for number in offered if number.value in held],
        "email": card.emails[0].value if card.emails else "",
        "site": card.url,
        "note": card.note,
        **dict(zip(_ADDRESS, address[2:], strict=True)),
    }


def rows_of(card: vcard.Card, *, group: SubscriptionGroup | None) -> list[Row]:
    """The numbers of an existing card that are not among those of `group`."""
    offered = {number.value for number in cards.numbers(group)} if group else set()
    return [
        Row(phone.value, next((kind for kind in cards.PLACES if kind in phone.types), ""))
        for phone in card.phones
        if phone.value not in offered
    ]
