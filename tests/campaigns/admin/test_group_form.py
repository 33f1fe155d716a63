"""The form of a subscription group."""

import factories
import pytest
from django.forms.models import model_to_dict

from campaigns.admin import sender_numbers
from subscriptions.models import SubscriptionGroup

pytestmark = pytest.mark.django_db


def _form(auto_reply: str) -> sender_numbers.GroupForm:
    group = factories.group()
    data = {**model_to_dict(group), "auto_reply": auto_reply}
    form: sender_numbers.GroupForm = sender_numbers.GroupForm(data, instance=group)
    return form


def test_an_answer_may_name_the_picture_that_came_in() -> None:
    assert _form("Thanks for {{sms.${inbound_media_url}}}").is_valid()


def test_an_answer_that_cannot_be_read_is_refused_in_words() -> None:
    form = _form("Thanks for {{ ${picture} }}")
    assert "picture" in str(form.errors["auto_reply"])
    assert SubscriptionGroup.objects.get().auto_reply == ""
