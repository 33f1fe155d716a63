from subscriptions.models import bounds
from subscriptions.models.account import ProviderAccount, new_token
from subscriptions.models.brand import Brand
from subscriptions.models.contact import ConsentEntry, Contact, OurPhone, Subscription
from subscriptions.models.group import SenderNumber, SubscriptionGroup
from subscriptions.models.import_run import ImportRun

__all__ = [
    "Brand",
    "ConsentEntry",
    "Contact",
    "ImportRun",
    "OurPhone",
    "ProviderAccount",
    "SenderNumber",
    "Subscription",
    "SubscriptionGroup",
    "bounds",
    "new_token",
]
