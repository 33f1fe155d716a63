import factories
import pytest
from bench.crowd import subscribe

from campaigns.composing import preview, trial
from campaigns.models import Campaign

pytestmark = pytest.mark.django_db


def draft(**columns: object) -> Campaign:
    return factories.campaign(
        **{"text": "Hi {{ ${first_name} | default: 'there' }}", "group": factories.number().group, **columns}
    )


def test_a_phone_at_home_gets_mms_and_one_abroad_a_link() -> None:
    made = draft(picture=factories.rendition())
    abroad = factories.contact("+447700900123")

    assert preview.for_contact(campaign=made, contact=factories.contact(), as_link=False).sent_as == "mms"
    seen = preview.for_contact(campaign=made, contact=abroad, as_link=False)
    assert seen.sent_as == "link"
    assert seen.composed.text.endswith(preview.example_link())


def test_the_toggle_shows_what_a_phone_without_mms_gets() -> None:
    made = draft(picture=factories.rendition())

    assert preview.for_contact(campaign=made, contact=factories.contact(), as_link=True).sent_as == "link"


def test_without_a_file_it_is_a_text_without_a_link() -> None:
    seen = preview.for_contact(campaign=draft(), contact=factories.contact(first_name="Bo"), as_link=True)

    assert (seen.sent_as, seen.composed.text) == ("text", "Acme: Hi Bo\nReply STOP to end")


def test_nobody_in_particular_gets_the_defaults() -> None:
    seen = preview.for_contact(campaign=draft(), contact=None, as_link=False)

    assert "Hi there" in seen.composed.text
    assert seen.composed.defaults_used == ("first_name",)


def test_the_text_in_the_box_stands_in_for_the_stored_one() -> None:
    made = draft()

    seen = preview.for_contact(campaign=made, contact=None, as_link=False, text="Bye")

    assert "Bye" in seen.composed.text
    assert made.revisions.get().text != "Bye"


def test_the_example_link_is_as_long_as_a_real_one() -> None:
    assert len(preview.EXAMPLE_END) == len(factories.rendition().token)


def test_samples_are_people_of_the_audience_who_may_be_texted() -> None:
    made = draft(audience={"countries": ["US"], "attributes": []})
    here = factories.subscribed(to=made.group).contact
    factories.unsubscribed(to=made.group)
    factories.subscribed(factories.contact("+14165550123"), made.group)

    assert preview.samples(campaign=made) == [here]


@pytest.mark.parametrize(
    ("search", "sees_numbers", "found"),
    [
        ("zoe", False, True),
        ("Zoe Lind", False, True),
        ("(416) 555-0123", False, True),
        ("550123", True, True),
        ("550123", False, False),
    ],
)
def test_samples_are_found_by_name_and_number(search: str, sees_numbers: bool, found: bool) -> None:
    made = draft()
    zoe = factories.contact("+14165550123", first_name="Zoe", last_name="Lind")
    factories.subscribed(zoe, made.group)
    factories.subscribed(factories.contact("+12125550199"), made.group)

    assert preview.samples(campaign=made, search=search, sees_numbers=sees_numbers) == ([zoe] if found else [])


def test_a_broken_filter_still_leaves_somebody_to_look_at() -> None:
    made = draft(audience={"nonsense": 1})
    someone = factories.subscribed(to=made.group).contact

    assert preview.samples(campaign=made) == [someone]


def test_a_trial_counts_who_would_be_skipped_and_what_texts_cost() -> None:
    made = draft(text="{{ ${first_name} }} {{ custom_attribute.${note} }}")
    factories.subscribed(factories.contact(attributes={"note": "x" * 100}), made.group)
    factories.subscribed(factories.contact(attributes={"note": "x" * 200}), made.group)
    factories.subscribed(factories.contact(attributes={"note": "x" * 2_000}), made.group)

    tried = trial.run(campaign=made, sees_numbers=True)

    assert (tried.looked_at, tried.skipped, tried.parts) == (3, {"rendered_too_long": 1}, {1: 1, 2: 1})


def test_a_text_without_fields_is_looked_at_once() -> None:
    made = draft(text="Hi")
    factories.subscribed(to=made.group)
    factories.subscribed(to=made.group)

    tried = trial.run(campaign=made, sees_numbers=True)

    assert (tried.looked_at, tried.is_whole) == (1, True)


def test_a_trial_ends_after_the_first_thousand() -> None:
    """As the page says; docs/decisions/0012."""
    made = draft(text="Hi {{ ${first_name} }}")
    subscribe(made.group, 1_001)

    tried = trial.run(campaign=made, sees_numbers=True)

    assert (tried.looked_at, tried.is_whole) == (1_000, False)
