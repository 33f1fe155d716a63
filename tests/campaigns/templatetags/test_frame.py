from datetime import UTC, datetime, timedelta
from typing import Any

import factories
import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.template import TemplateSyntaxError
from django.utils import timezone, translation

from campaigns import states
from campaigns.templatetags import frame, marks

MOMENT = datetime(2026, 3, 4, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0.0 KB"),
        (96, "0.1 KB"),
        (578_249, "578.2 KB"),
        (1_000_000, "1,000.0 KB"),
        (1_000_001, "1.00 MB"),
        (4_213_000, "4.21 MB"),
        (None, "–"),
    ],
)
def test_bytes_are_written_in_thousands(size: int | None, words: str) -> None:
    assert frame.kb(size).replace("\u00a0", " ") == words


def test_bytes_follow_the_locale() -> None:
    with translation.override("fr"):
        assert frame.kb(578_249).startswith("578,2")


@pytest.mark.parametrize(
    ("part", "whole", "words"), [(0, 0, "–"), (0, 9, "0%"), (1, 1000, "under 1%"), (999, 1000, "99%"), (9, 9, "100%")]
)
def test_a_share_is_never_rounded_up_to_all(part: int, whole: int, words: str) -> None:
    assert frame.percent_of(part, whole) == words


@pytest.mark.django_db
def test_a_phone_is_masked_without_the_right() -> None:
    assert "5550123" not in frame.phone("+12125550123", factories.user("Viewer")).replace(" ", "").replace("-", "")


@pytest.mark.django_db
def test_a_phone_is_whole_with_the_right() -> None:
    user = factories.user(permissions=("subscriptions.see_phone_numbers",))

    assert frame.phone("+12125550123", user) == "+1 212-555-0123"


def test_a_phone_is_masked_for_strangers() -> None:
    assert frame.phone("+12125550123", AnonymousUser()).endswith("••23")


def test_a_moment_is_told_in_its_zone() -> None:
    assert frame.zoned(MOMENT, "America/Denver") == "Wed 4 Mar 2026, 09:00, Denver time"


def test_without_a_zone_a_moment_is_told_in_the_readers() -> None:
    with timezone.override("Europe/Paris"):
        assert frame.zoned(MOMENT) == "Wed 4 Mar 2026, 17:00, Paris time"


def test_a_relative_time_carries_the_exact_one() -> None:
    html = frame.when(timezone.now() - timedelta(minutes=3))

    assert "3 minutes ago" in html.replace("\u00a0", " ")
    assert 'title="' in html


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 second"),
        (59, "59 seconds"),
        (60, "1 minute"),
        (95, "1 minute 35 seconds"),
        (3600, "1 hour"),
        (7500, "2 hours 5 minutes"),
    ],
)
def test_lengths_of_time_are_told_in_words(seconds: float, words: str) -> None:
    assert frame.duration(seconds) == words


@pytest.mark.parametrize(
    "state", sorted({*states.Campaign, *states.Run, *states.Message, *states.Asset}), ids=lambda state: str(state)
)
def test_every_state_has_a_shape_and_a_word(state: Any) -> None:
    html = frame.badge(state)

    assert "<svg" in html
    assert str(marks.of(str(state)).label) in html


def test_an_icon_is_silent_for_screen_readers() -> None:
    assert 'aria-hidden="true"' in frame.icon("check")


@pytest.mark.parametrize("name", ["../secrets", "Check", ""])
def test_an_icon_name_stays_in_its_folder(name: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        frame.icon(name)


class Sample(forms.Form):
    name = forms.CharField(help_text="So that you find it again.")
    size = forms.ChoiceField(choices=[("s", "small")], widget=forms.RadioSelect)


def rendered(form: forms.Form, name: str) -> dict[str, Any]:
    return frame.field(form[name])


def test_a_field_with_an_error_is_marked_for_eyes_and_screen_readers() -> None:
    widget = rendered(Sample({}), "name")["widget"]

    assert "is-invalid" in widget
    assert 'aria-describedby="id_name_helptext id_name_error"' in widget


def test_a_field_keeps_its_class_when_it_is_shown_twice() -> None:
    form = Sample()

    assert rendered(form, "name")["widget"] == rendered(form, "name")["widget"]


def test_each_radio_of_a_set_has_its_class() -> None:
    form = Sample()
    frame.field(form["size"])

    assert 'class="form-check-input"' in form["size"][0].tag()
