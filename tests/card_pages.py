"""What the studio's pages are sent, and what comes of it."""

import re
from typing import Any

import factories
import media_samples as samples
import vobject
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from campaigns.assets import store
from campaigns.models import Asset
from subscriptions.models import SubscriptionGroup

NEW = "/library/cards/new"
MAYA = {"first": "Maya", "last": "Fields", "phone": ["+12125550123"], "phone_type": ["WORK"]}


def photo(name: str = "maya.jpg", data: bytes | None = None) -> SimpleUploadedFile:
    if data is None:
        halves = Image.new("RGB", (2, 1), "red")
        halves.paste("blue", (1, 0, 2, 1))
        data = samples.encoded(halves.resize((900, 600), Image.Resampling.NEAREST), "JPEG", quality=90)
    return SimpleUploadedFile(name, data, "image/jpeg")


def promotions() -> SubscriptionGroup:
    """A group with a long code, a short code, one that is switched off, and an ID that nobody can answer."""
    group = factories.group(name="Promotions", brand="Tidewater")
    factories.number(group=group, value="+12125550190")
    factories.number(group=group, value="55501", kind="short_code")
    factories.number(group=group, value="+12125550191", is_active=False)
    factories.number(group=group, value="TIDEWATER", kind="alphanumeric", is_mms_enabled=False, country="GB")
    return group


def uploaded(*lines: str) -> Asset:
    return store.take_in(name="ada.vcf", chunks=[samples.vcf(*lines)], by=factories.user("maker"), now=timezone.now())


def only_card() -> Asset:
    return Asset.objects.get()


def written(asset: Asset) -> Any:
    """The card as the witness reads it from the very bytes that are sent."""
    return vobject.readOne(store.read(store.clean_copy(asset)).decode())


def field(page: str, name: str) -> str:
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', page)
    return found.group(1) if found else ""
