"""Open a provider account's gateway with what this installation knows about it."""

from django.conf import settings

from campaigns.gateways import base, registry
from subscriptions.models import ProviderAccount


def gateway(account: ProviderAccount) -> base.Gateway:
    """The adapter of one account. Raises `registry.UnknownProvider` or `base.Misconfigured`."""
    return registry.open(kind=account.kind, config=_config(account))


def callback_url(account: ProviderAccount, attempt_token: str = "") -> str:
    """Where this provider reports to; with an attempt's token, so that a receipt names its attempt."""
    path = f"/webhooks/{account.kind}/{account.token}/"
    return f"{settings.PUBLIC_BASE_URL}{path}{attempt_token}"


def _config(account: ProviderAccount) -> dict[str, str]:
    if account.kind == "sandbox" and settings.SANDBOX:
        return {"base_url": settings.SANDBOX_URL, "account": account.token, "secret": settings.SANDBOX_SECRET}
    return {}
