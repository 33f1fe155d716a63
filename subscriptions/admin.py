"""The admin of people: contacts, their consent, imports, our own phones. Mostly to read: consent has its own door."""

import zoneinfo
from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from subscriptions import hiding, phones
from subscriptions.models import ConsentEntry, Contact, ImportRun, OurPhone, Subscription

SEE_PHONE_NUMBERS = "subscriptions.see_phone_numbers"


def masked(model: type[Model], name: str) -> Callable[[Any], str]:
    """A column that shows the phone number in `name` with its middle hidden."""

    def column(row: Any) -> str:
        return phones.mask(getattr(row, name))

    column.__name__ = f"masked_{name}"
    label = capfirst(str(getattr(model._meta.get_field(name), "verbose_name", name)))
    return admin.display(description=label)(column)


def quoted(model: type[Model], name: str, of: str) -> Callable[[Any], str]:
    """A column that shows the text in `name` with phone numbers hidden, first of all the row's own in `of`."""

    def column(row: Any) -> str:
        return hiding.hide(getattr(row, name), own=getattr(row, of))

    column.__name__ = f"quoted_{name}"
    label = capfirst(str(getattr(model._meta.get_field(name), "verbose_name", name)))
    return admin.display(description=label)(column)


class PrivateAdmin(admin.ModelAdmin[Any]):
    """Hides phone numbers from whoever lacks the right to see them, in lists, on pages and in the search."""

    phone_fields: tuple[str, ...] = ()
    # Texts in which the first of `phone_fields` may stand, and others: shown with all numbers hidden.
    quoted_fields: tuple[str, ...] = ()
    # What may repeat a number in running text: left out altogether.
    spoken_fields: tuple[str, ...] = ()
    show_full_result_count = False
    list_per_page = 50

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return self._for(request, super().get_list_display(request))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return self._for(request, super().get_fields(request, obj))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return self._for(request, super().get_readonly_fields(request, obj))

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        digits = any(sign.isdecimal() for sign in request.GET.get("q", ""))
        hidden = (*self.phone_fields, *(self.quoted_fields if digits and not self._sees(request) else ()))
        return [name for name in super().get_search_fields(request) if name not in hidden]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if search_term and not self.get_search_fields(request):
            found = queryset.none()  # Django would show everything
        if search_term and self.phone_fields and self._sees(request):
            forms = phones.search_forms(search_term)
            for name in self.phone_fields:
                if forms.exact or forms.part:
                    by_part = Q(**{f"{name}__contains": forms.part}) if forms.part else Q()
                    found |= queryset.filter(Q(**{f"{name}__in": forms.exact}) | by_part)
        return found, may_repeat

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {}

    def _for(self, request: HttpRequest, names: Sequence[Any]) -> list[Any]:
        if self._sees(request):
            return list(names)
        return [self._hidden(name) for name in names if name not in self.spoken_fields]

    def _hidden(self, name: Any) -> Any:
        if name in self.phone_fields:
            return masked(self.model, name)
        return quoted(self.model, name, self.phone_fields[0]) if name in self.quoted_fields else name

    @staticmethod
    def _sees(request: HttpRequest) -> bool:
        return request.user.has_perm(SEE_PHONE_NUMBERS)


class RecordAdmin(PrivateAdmin):
    """What the product writes and nobody edits: no adding, no changing, no deleting, one by one or in bulk."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class StandingInline(admin.TabularInline[Subscription, Contact]):
    model = Subscription
    fields = ("group", "state", "since")
    readonly_fields = fields
    extra = 0
    can_delete = False
    verbose_name_plural = _("where this person stands")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ConsentInline(admin.TabularInline[ConsentEntry, Contact]):
    model = ConsentEntry
    fields = ("happened_at", "action", "group", "source", "wording", "by")
    readonly_fields = fields
    extra = 0
    can_delete = False
    verbose_name_plural = _("consent ledger")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ContactForm(forms.ModelForm[Contact]):
    class Meta:
        model = Contact
        fields = ("first_name", "last_name", "email", "language", "city", "time_zone")

    def clean_time_zone(self) -> str:
        zone: str = self.cleaned_data["time_zone"]
        if zone and zone not in zoneinfo.available_timezones():
            raise forms.ValidationError(
                gettext("Write a time zone by its name, like America/New_York. “%(found)s” is none.") % {"found": zone}
            )
        return zone


@admin.register(Contact)
class ContactAdmin(PrivateAdmin):
    """Names and the like may be mended. The number, what follows from it, and consent have doors of their own."""

    form = ContactForm
    phone_fields = ("phone",)
    list_display = ("__str__", "phone", "country", "city", "is_valid", "suppressed_at", "is_fictitious")
    list_filter = ("is_valid", "is_fictitious", ("suppressed_at", admin.EmptyFieldListFilter), "country")
    search_fields = ("phone", "first_name", "last_name", "email")
    readonly_fields = (
        *("phone", "country", "is_valid", "invalid_reason", "zones_in_words"),
        *("attributes_in_words", "is_fictitious", "suppressed_at", "created_at"),
    )
    fields = (
        *("phone", "first_name", "last_name", "email", "language", "city", "time_zone", "attributes_in_words"),
        *("country", "is_valid", "invalid_reason", "zones_in_words", "suppressed_at", "is_fictitious", "created_at"),
    )
    inlines = [StandingInline, ConsentInline]

    @admin.display(description=_("attributes"))
    def attributes_in_words(self, contact: Contact) -> str:
        return " · ".join(f"{name}: {value}" for name, value in contact.attributes.items())

    @admin.display(description=_("plausible time zones"))
    def zones_in_words(self, contact: Contact) -> str:
        return ", ".join(contact.time_zones)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ConsentEntry)
class ConsentEntryAdmin(RecordAdmin):
    spoken_fields = ("detail",)
    list_display = ("happened_at", "contact", "group", "action", "source", "by")
    list_filter = ("action", "source", "group")
    list_select_related = ("contact", "group", "by")
    search_fields = ("contact__first_name", "contact__last_name", "wording")


@admin.register(Subscription)
class SubscriptionAdmin(RecordAdmin):
    list_display = ("contact", "group", "state", "since")
    list_filter = ("state", "group")
    list_select_related = ("contact", "group")
    search_fields = ("contact__first_name", "contact__last_name")


@admin.register(ImportRun)
class ImportRunAdmin(RecordAdmin):
    spoken_fields = ("file", "problems")
    list_display = ("file_name", "kind", "group", "state", "rows", "new", "changed", "opted_out", "refused", "by")
    list_filter = ("kind", "state")
    list_select_related = ("group", "by")
    exclude = ("file",)


@admin.register(OurPhone)
class OurPhoneAdmin(PrivateAdmin):
    """New ones are added where a test is sent, since only a phone that answers with its code counts as ours."""

    phone_fields = ("phone",)
    list_display = ("label", "phone", "proved_at", "added_by")
    list_select_related = ("added_by",)
    search_fields = ("label", "phone")
    fields = ("label", "phone", "proved_at", "added_by", "created_at")
    readonly_fields = ("phone", "proved_at", "added_by", "created_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
