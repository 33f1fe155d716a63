"""Who is told: outlets with their test, and how each telling went."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from campaigns.models import Delivery, Notice, Outlet
from campaigns.models.notice import new_secret
from campaigns.telling import deliver
from subscriptions.admin import RecordAdmin
from subscriptions.views import access


class OutletForm(forms.ModelForm[Outlet]):
    events = forms.MultipleChoiceField(
        label=_("What it is told"),
        choices=lambda: [(event.value, label) for event, label in Outlet.EVENT_LABELS.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    renew = forms.BooleanField(
        label=_("Make a new secret"),
        required=False,
        help_text=_("For webhooks: the old one signs nothing any more. The new one is shown once."),
    )

    class Meta:
        model = Outlet
        fields = ("name", "kind", "address", "events", "language", "is_active")


@admin.register(Outlet)
class OutletAdmin(admin.ModelAdmin[Outlet]):
    form = OutletForm
    list_display = ("name", "kind", "address", "is_active")
    list_filter = ("kind", "is_active")
    search_fields = ("name", "address")
    change_form_template = "admin/campaigns/outlet_form.html"

    def get_fields(self, request: HttpRequest, obj: Outlet | None = None) -> Any:
        fields = ["name", "kind", "address", "events", "language", "is_active"]
        return [*fields, "renew"] if obj else fields

    def get_urls(self) -> list[URLPattern]:
        test = path("<path:object_id>/test/", self.admin_site.admin_view(self.test), name="campaigns_outlet_test")
        return [test, *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: Outlet, form: Any, change: bool) -> None:
        if change and form.cleaned_data["renew"]:
            obj.secret = new_secret()
        super().save_model(request, obj, form, change)
        if obj.kind == Outlet.Kind.WEBHOOK and (
            not change or form.cleaned_data["renew"] or form.initial.get("kind") != obj.kind
        ):
            words = _t("The secret of “%(name)s”, shown this once: %(secret)s") % {
                "name": obj.name,
                "secret": obj.secret,
            }
            messages.warning(request, words)

    def test(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send a test to the outlet as it is saved, and show what came back."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        key = unquote(object_id)
        outlet = get_object_or_404(Outlet, pk=int(key) if key.isdecimal() and len(key) <= 18 else 0)
        if not self.has_change_permission(request, outlet):
            raise access.Lacking(["campaigns.change_outlet"])
        outcome = deliver.send(outlet=outlet, notice=None, now=timezone.now())
        said = {"name": outlet.name, "said": outcome.said}
        if outcome.ok:
            messages.success(request, _t("The test went to “%(name)s”. What came back: %(said)s") % said)
        else:
            messages.error(request, _t("The test did not reach “%(name)s”. What came back: %(said)s") % said)
        return redirect("admin:campaigns_outlet_change", outlet.pk)


@admin.register(Notice)
class NoticeAdmin(RecordAdmin):
    list_display = ("at", "event", "key", "over_at")
    list_filter = ("event",)
    exclude = ("token",)


@admin.register(Delivery)
class DeliveryAdmin(RecordAdmin):
    list_display = ("notice", "outlet", "state", "tries", "next_try_at", "said", "settled_at")
    list_filter = ("state", "outlet")
    list_select_related = ("notice", "outlet")
