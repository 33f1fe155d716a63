"""Saying first what hangs on a number before it falls away, and moving its waiting messages afterwards."""

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db import transaction
from django.db.models import QuerySet
from django.forms import BaseInlineFormSet, ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.models import Campaign
from campaigns.sending import numbers
from subscriptions.models import SenderNumber

CONFIRMED = "_confirmed"


@dataclass(frozen=True)
class Loss:
    """One number that would no longer do what campaigns count on; `homes` take its waiting messages, if any."""

    number: SenderNumber
    campaigns: tuple[Campaign, ...]
    waiting: int
    homes: tuple[SenderNumber, ...]


def can_send(number: SenderNumber) -> bool:
    """The row-wise form of `usable()`, for a number as it would be saved."""
    return (
        number.is_active
        and number.registration == SenderNumber.Registration.REGISTERED
        and number.account.is_active
        and number.group.is_active
    )


def falls_away(*, before: SenderNumber, after: SenderNumber | None) -> bool:
    """Whether a number stops doing something that it does now; no `after`: it is deleted."""
    if not can_send(before):
        return False
    if after is None or not can_send(after) or after.group_id != before.group_id:
        return True
    return before.is_mms_enabled and not after.is_mms_enabled


def losses(falling: Iterable[SenderNumber]) -> list[Loss]:
    """What hangs on each of these numbers, as they are now. Those on which nothing hangs are left out."""
    gone = list(falling)
    found = []
    for number in gone:
        hanging = numbers.dependents(number)
        if hanging.campaigns or hanging.waiting:
            homes = SenderNumber.objects.mms_ready().filter(group_id=number.group_id)
            stay = tuple(homes.exclude(pk__in=[one.pk for one in gone]))
            found.append(Loss(number, hanging.campaigns, hanging.waiting, stay))
    return found


class AskingAdmin(admin.ModelAdmin[Any]):
    """An admin that asks before a change takes a number away from campaigns, and looks after the messages then."""

    def numbers_of(self, obj: Any) -> QuerySet[SenderNumber]:
        """The numbers that a change of this row can touch."""
        raise NotImplementedError

    def after_change(self, number: SenderNumber, form: ModelForm[Any], formsets: list[Any]) -> SenderNumber | None:
        """This number as it would be saved."""
        raise NotImplementedError

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if request.method == "POST" and object_id and CONFIRMED not in request.POST:
            question = self._question(request, object_id)
            if question is not None:
                return question
        return super().changeform_view(request, object_id, form_url, extra_context)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if change:
            transaction.on_commit(functools.partial(self._rehome, form.instance))

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {}

    def _rehome(self, obj: Any) -> None:
        for number in self.numbers_of(obj):
            numbers.rehome(number=number, now=timezone.now())

    def _question(self, request: HttpRequest, object_id: str) -> HttpResponse | None:
        obj = self.get_object(request, unquote(object_id))
        if obj is None or not self.has_change_permission(request, obj):
            return None
        before = list(self.numbers_of(obj).select_related("group", "account"))
        form = self.get_form(request, obj, change=True)(request.POST, instance=obj)
        formsets = self._filled(request, obj)
        if not form.is_valid() or not all(formset.is_valid() for formset in formsets):
            return None  # the form itself says what is wrong
        lost = losses(
            number for number in before if falls_away(before=number, after=self.after_change(number, form, formsets))
        )
        if not lost:
            return None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": str(obj),
            "object_id": object_id,
            "title": _("Campaigns count on this"),
            "losses": lost,
            "fields": [
                (name, value)
                for name, values in request.POST.lists()
                for value in values
                if name != "csrfmiddlewaretoken"
            ],
            "confirmed": CONFIRMED,
        }
        return TemplateResponse(request, "admin/confirm_dependents.html", context)

    def _filled(self, request: HttpRequest, obj: Any) -> list[BaseInlineFormSet[Any, Any, Any]]:
        return [
            formset(**self.get_formset_kwargs(request, obj, inline, formset.get_default_prefix()))
            for formset, inline in self.get_formsets_with_inlines(request, obj)
        ]
