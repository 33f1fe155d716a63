"""Provider calls: `/webhooks/<provider>/<account>/<attempt>`. Verified, kept, answered; nothing is told to forgers."""

import logging

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from campaigns.gateways import base
from campaigns.inbound import intake
from subscriptions.models import ProviderAccount

LIMIT_BYTES = 64_000

_log = logging.getLogger(__name__)


@csrf_exempt  # the signature of the provider takes its place
@login_not_required
@require_POST
def webhook(request: HttpRequest, provider: str, account_token: str, attempt_token: str = "") -> HttpResponse:
    """2xx only once the call is durable, so that the provider repeats what we could not keep."""
    length = request.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > LIMIT_BYTES:
        return HttpResponse(status=413)
    known = "\x00" not in account_token + attempt_token
    account = ProviderAccount.objects.filter(kind=provider, token=account_token).first() if known else None
    if account is None:
        return HttpResponse(status=404)
    callback = base.Callback(
        url=f"{settings.PUBLIC_BASE_URL}{request.get_full_path()}", headers=request.headers, body=request.body
    )
    try:
        intake.receive(account=account, callback=callback, attempt_token=attempt_token, now=timezone.now())
    except base.Forged:
        _log.warning("A call to the webhook of account %s was not the provider's own", account.pk)
        return HttpResponse(status=403)
    except base.Unreadable:
        return HttpResponse(status=400)
    return HttpResponse(status=204)
