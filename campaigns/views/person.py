"""One person: who they are, what they agreed to, whether we may text them, and everything that passed."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from campaigns.forms import reason_words
from campaigns.reports import person as report
from subscriptions import consent
from subscriptions.forms import words
from subscriptions.models import Contact, Subscription
from subscriptions.views import access


@require_safe
@access.permission_needed("subscriptions.view_contact")
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One person's page."""
    contact = get_object_or_404(Contact, pk=pk)
    handed = report.last_hand_overs(contact=contact)
    return render(
        request,
        "campaigns/person.html",
        {
            "contact": contact,
            "why_not_phone": "" if contact.is_valid else words.why_not_phone(contact.invalid_reason),
            "groups": [_line(contact, standing, handed) for standing in consent.standing(contact=contact)],
            "story": [(moment, _why(moment)) for moment in report.story(contact=contact)],
        },
    )


def _line(contact: Contact, standing: consent.Standing, handed: dict[int, Any]) -> dict[str, Any]:
    """One group's row: the answer in words, and whether anything was handed over after an opt-out."""
    subscription = standing.subscription
    last = handed.get(standing.group.pk)
    opted_out_at = None
    if subscription and subscription.state == Subscription.State.UNSUBSCRIBED:
        opted_out_at = subscription.since
    return {
        "group": standing.group,
        "subscription": subscription,
        "allowed": standing.verdict.allowed,
        "words": words.verdict(standing.verdict.code, country=contact.country),
        "opted_out_at": opted_out_at,
        "last_hand_over": last,
        "is_late": bool(opted_out_at and last and last > opted_out_at),
    }


def _why(moment: report.Moment) -> str:
    """Why a message was left out, failed or waits; nothing for everything else."""
    return reason_words.reason(moment.message.reason) if moment.message and moment.message.reason else ""
