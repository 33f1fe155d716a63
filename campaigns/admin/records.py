"""Campaigns and the ledger, to read. Their states are moved by lifecycle alone, so nothing here can be edited."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from campaigns.forms import reason_words
from campaigns.models import Attempt, Campaign, Event, History, Inbound, Message, Run
from subscriptions.admin import RecordAdmin


@admin.register(Campaign)
class CampaignAdmin(RecordAdmin):
    list_display = ("name", "state", "group", "purpose", "due_at", "created_by", "edited_at")
    list_filter = ("state", "purpose", "group")
    list_select_related = ("group", "created_by")
    search_fields = ("name",)


@admin.register(Run)
class RunAdmin(RecordAdmin):
    list_display = ("campaign", "state", "planned", "due_at", "started_at", "finished_at")
    list_filter = ("state",)
    list_select_related = ("campaign",)
    search_fields = ("campaign__name",)


@admin.register(Message)
class MessageAdmin(RecordAdmin):
    phone_fields = ("to_phone",)
    quoted_fields = ("body",)
    list_display = ("id", "kind", "to_phone", "state", "why", "sent_as", "number", "handed_over_at", "delivered_at")
    list_filter = ("kind", "state", "sent_as", "group")
    list_select_related = ("number",)
    search_fields = ("to_phone", "provider_id")
    ordering = ("-id",)

    @admin.display(description=_("why"), ordering="reason")
    def why(self, message: Message) -> str:
        return reason_words.reason(message.reason) if message.reason else ""


@admin.register(Attempt)
class AttemptAdmin(RecordAdmin):
    spoken_fields = ("detail",)
    list_display = ("id", "message", "number", "outcome", "code", "handed_over_at", "answered_at")
    list_filter = ("outcome",)
    list_select_related = ("message", "number")
    search_fields = ("provider_id",)
    exclude = ("token",)
    ordering = ("-id",)


@admin.register(Inbound)
class InboundAdmin(RecordAdmin):
    phone_fields = ("from_phone",)
    quoted_fields = ("text",)
    list_display = ("received_at", "from_phone", "number", "action", "text", "campaign")
    list_filter = ("action",)
    list_select_related = ("number", "campaign")
    search_fields = ("from_phone", "text")
    exclude = ("callback",)


@admin.register(Event)
class EventAdmin(RecordAdmin):
    spoken_fields = ("payload",)
    list_display = ("at", "name", "campaign", "contact")
    list_filter = ("name",)
    list_select_related = ("campaign", "contact")


@admin.register(History)
class HistoryAdmin(RecordAdmin):
    list_display = ("at", "thing", "thing_id", "from_state", "to_state", "by", "why")
    list_filter = ("thing", "to_state")
    list_select_related = ("by",)
    search_fields = ("=thing_id", "why")
