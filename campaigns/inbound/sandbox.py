"""Keep in touch with the sandbox carrier: is it there, and does it know where our phones' replies go?"""

from datetime import datetime

from django.conf import settings

from campaigns.gateways import http, sandbox, sandbox_phones
from campaigns.sending import accounts, health
from subscriptions.models import ProviderAccount


def keep_in_touch(*, now: datetime) -> bool:
    """Write the carrier's sign of life and register our webhook; True if it answers. Harmless to repeat."""
    if not settings.SANDBOX:
        return False
    try:
        for account in ProviderAccount.objects.filter(kind="sandbox", is_active=True):
            sandbox_phones.register_webhook(carrier=client(account), url=accounts.callback_url(account))
    except (http.Trouble, sandbox_phones.Refused):
        return False
    health.beat(process="carrier", now=now)
    return True


def client(account: ProviderAccount) -> sandbox.Sandbox:
    """The sandbox client of one account."""
    gateway = accounts.gateway(account)
    assert isinstance(gateway, sandbox.Sandbox)
    return gateway
