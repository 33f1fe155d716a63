"""A draft that is ready to send, somebody who may edit it, and what the composer's pages are sent."""

from typing import Any

import factories
import media_samples
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from campaigns import roles
from campaigns.assets import store
from campaigns.composing import drafts
from campaigns.models import Asset, Campaign, Rendition


def marketer() -> User:
    roles.ensure(using="default")
    return factories.user(roles.MARKETER)


def draft() -> Campaign:
    """Hi to one person called Ana."""
    group = factories.number().group
    factories.subscribed(factories.contact(first_name="Ana"), group)
    return factories.campaign(text="Hi {{ ${first_name} | default: 'there' }}", group=group)


def post(me: Client, draft: Campaign, *, json: bool = False, **sent: Any) -> Any:
    """Send the content form with the stored text and version, but for what is given; `json` as the script asks."""
    data = {"text": drafts.content(draft).text, "version": draft.version, "act": "save", **sent}
    return me.post(f"/campaigns/{draft.pk}/content", data, headers={"Accept": "application/json"} if json else {})


def jpeg(name: str = "beach.jpg", **options: Any) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, media_samples.jpeg(**options), "image/jpeg")


def file_of(draft: Campaign) -> str:
    """The name of the file in a draft, or nothing."""
    picture = drafts.content(draft).rendition
    return picture.asset.label if picture else ""


def put(draft: Campaign, content: bytes, name: str = "photo.jpg") -> Asset:
    """Make this the draft's file."""
    by, now = draft.created_by, timezone.now()
    asset = store.take_in(name=name, chunks=[content], by=by, now=now)
    drafts.attach(campaign=draft, rendition=store.clean_copy(asset), version=draft.version, by=by, now=now)
    return asset


def act(me: Client, draft: Campaign, what: str, **sent: Any) -> dict[str, str]:
    """Press a button as the script does; the parts that come back."""
    draft.refresh_from_db()
    answer = post(me, draft, json=True, act=what, **sent)
    assert answer.status_code == 200, answer.content
    parts: dict[str, str] = answer.json()["parts"]
    return parts


def parts(me: Client, draft: Campaign) -> dict[str, str]:
    return act(me, draft, "save")


def rendition_of(draft: Campaign) -> Rendition:
    """The file that a draft would send."""
    found = drafts.content(draft).rendition
    assert found is not None
    return found
