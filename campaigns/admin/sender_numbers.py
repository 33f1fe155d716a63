"""Subscription groups, their sender numbers, and the provider accounts through which they send."""

import copy
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.widgets import FilteredSelectMultiple, RelatedFieldWidgetWrapper
from django.db.models import Field, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from campaigns.admin import countries, dependents, number_form
from campaigns.composing import body, limits
from campaigns.forms import limit_words, text_words
from campaigns.gateways import registry
from campaigns.text import fields, merge
from subscriptions.models import Brand, ProviderAccount, SenderNumber, SubscriptionGroup

PROVIDER_LABELS = {"sandbox": _("Sandbox carrier (virtual phones)")}


class GroupForm(forms.ModelForm[SubscriptionGroup]):
    allowed_countries = forms.MultipleChoiceField(
        choices=countries.choices,
        required=False,
        label=_("Countries that may be texted"),
        widget=FilteredSelectMultiple(_("countries"), is_stacked=False),
        help_text=_("People elsewhere are left out of every campaign of this group. None chosen means nobody."),
    )

    class Meta:
        model = SubscriptionGroup
        exclude = ("created_at",)
        widgets = {
            name: forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"})
            for name in ("stop_reply", "help_reply", "start_reply", "auto_reply")
        }

    def clean_auto_reply(self) -> str:
        """An answer that cannot be read would be given to nobody: say so while somebody looks."""
        text = str(self.cleaned_data["auto_reply"])
        known = fields.known(attributes=body.named_attributes(text), inbound=True)
        found = merge.check(text, fields=known)
        if found:
            raise forms.ValidationError([text_words.sentence(one.code, one.limit, one.found) for one in found])
        return text


class AccountForm(forms.ModelForm[ProviderAccount]):
    kind = forms.ChoiceField(label=_("Provider"))

    class Meta:
        model = ProviderAccount
        fields = ("name", "kind", "parts_per_s", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The sandbox cannot be chosen where it does not run; an account that has it keeps it.
        kinds = [kind for kind in registry.KINDS if kind != "sandbox" or settings.SANDBOX or self.instance.pk]
        self.fields["kind"] = forms.ChoiceField(
            label=_("Provider"), choices=[(kind, PROVIDER_LABELS.get(kind, kind)) for kind in kinds]
        )


class PlainChoice(admin.options.BaseModelAdmin[Any]):
    """A choice of what is there, without the pop-ups that add, change and delete other rows beside it."""

    def formfield_for_dbfield(self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field


class NumberInline(PlainChoice, admin.TabularInline[SenderNumber, SubscriptionGroup]):
    model = SenderNumber
    form = number_form.NumberForm
    fields = ("kind", "value", "country", "is_mms_enabled", "rate", "account", "registration", "is_active")
    extra = 0
    can_delete = False


@admin.register(SubscriptionGroup)
class SubscriptionGroupAdmin(dependents.AskingAdmin):
    form = GroupForm
    inlines = [NumberInline]
    list_display = ("name", "brand", "numbers_in_words", "opt_out_line", "contact_person", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name", "brand")
    readonly_fields = ("may_weigh",)
    fieldsets = (
        (None, {"fields": ("name", "brand", "contact_person", "is_active", "may_weigh")}),
        (_("Opting out"), {"fields": ("opt_out_line", "opt_out_rule")}),
        (_("Countries"), {"fields": ("allowed_countries",)}),
        (_("Answers to what comes in"), {"fields": ("stop_reply", "help_reply", "start_reply", "auto_reply")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[SubscriptionGroup]:
        return super().get_queryset(request).prefetch_related("numbers")

    @admin.display(description=_("sender numbers"))
    def numbers_in_words(self, group: SubscriptionGroup) -> str:
        return ", ".join(
            f"{number.value} (MMS)" if number.is_mms_enabled else number.value for number in group.numbers.all()
        )

    @admin.display(description=_("a message may weigh"))
    def may_weigh(self, group: SubscriptionGroup) -> str:
        if not group.pk:
            return str(_("Shown once the group is saved: the number that carries least decides."))
        limit = limits.of_group(group)
        return f"{limit_words.because(limit)} ({limit_words.source(limit)})"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.is_active)

    def numbers_of(self, obj: SubscriptionGroup) -> QuerySet[SenderNumber]:
        return obj.numbers.all()

    def after_change(self, number: SenderNumber, form: ModelForm[Any], formsets: list[Any]) -> SenderNumber | None:
        rows: dict[int, SenderNumber] = {row.instance.pk: row.instance for formset in formsets for row in formset.forms}
        after = copy.copy(rows.get(number.pk, number))
        after.group = form.instance
        return after


@admin.register(SenderNumber)
class SenderNumberAdmin(PlainChoice, dependents.AskingAdmin):
    form = number_form.NumberForm
    fields = (*number_form.NumberForm.Meta.fields, "may_weigh")
    readonly_fields = ("may_weigh",)
    list_display = ("value", "kind", "group", "is_mms_enabled", "rate_in_words", "registration", "is_active")
    list_filter = ("group", "kind", "is_mms_enabled", "registration", "is_active")
    list_select_related = ("group", "account")
    search_fields = ("value",)

    @admin.display(description=_("parts per second"), ordering="rate")
    def rate_in_words(self, number: SenderNumber) -> str:
        return f"{number.rate.normalize():f}"

    @admin.display(description=_("a message may weigh"))
    def may_weigh(self, number: SenderNumber) -> str:
        if not number.pk:
            return str(_("Shown once the number is saved: provider and kind decide."))
        return " ".join(limit_words.of_number(kind=number.kind, provider=number.account.kind))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.is_active)

    def numbers_of(self, obj: SenderNumber) -> QuerySet[SenderNumber]:
        return SenderNumber.objects.filter(pk=obj.pk)

    def after_change(self, number: SenderNumber, form: ModelForm[Any], formsets: list[Any]) -> SenderNumber | None:
        saved: SenderNumber = form.instance
        return saved


@admin.register(Brand)
class BrandAdmin(admin.ModelAdmin[Brand]):
    list_display = ("name", "daily_cap", "zone")
    search_fields = ("name",)


@admin.register(ProviderAccount)
class ProviderAccountAdmin(dependents.AskingAdmin):
    form = AccountForm
    list_display = ("name", "kind", "parts_per_s", "is_active")
    fields = ("name", "kind", "parts_per_s", "is_active", "callback_address")
    readonly_fields = ("callback_address",)

    @admin.display(description=_("callback address"))
    def callback_address(self, account: ProviderAccount) -> str:
        if not account.pk:
            return str(_("Shown once the account is saved: the provider reports receipts and replies there."))
        return f"{settings.PUBLIC_BASE_URL}/webhooks/{account.kind}/{account.token}/"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.is_active)

    def numbers_of(self, obj: ProviderAccount) -> QuerySet[SenderNumber]:
        return obj.numbers.all()

    def after_change(self, number: SenderNumber, form: ModelForm[Any], formsets: list[Any]) -> SenderNumber | None:
        after = copy.copy(number)
        after.account = form.instance
        return after
