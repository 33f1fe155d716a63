import pytest

from campaigns.text import fields, merge


def test_every_chip_inserts_what_can_be_read():
    known = fields.known(attributes=["store", "fav shop"], inbound=True)

    snippets = [chip.snippet for chip in fields.chips(attributes=["store", "fav shop"], inbound=True)]

    assert [merge.check(snippet, fields=known) for snippet in snippets] == [()] * len(known)


def test_a_chip_inserts_its_own_field():
    known = fields.known(attributes=["store"])

    for chip in fields.chips(attributes=["store"]):
        assert merge.parse(chip.snippet, fields=known).fields == {chip.field}


@pytest.mark.parametrize(
    "name, expected",
    [
        ("frist_name", "${first_name}"),
        ("store", "custom_attribute.${store}"),
        ("custom_attribute.city", "${city}"),
        ("qwertz", None),
    ],
)
def test_says_which_field_was_meant(name, expected):
    assert fields.meant(name, fields.known(attributes=["store"])) == expected


def test_inbound_fields_are_known_only_to_answers():
    assert "sms.inbound_media_url" not in fields.known()
