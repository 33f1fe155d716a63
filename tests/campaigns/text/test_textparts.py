import io
import json

from django.core.management import call_command


def test_prints_one_json_object():
    out = io.StringIO()

    call_command("textparts", "It’s", "--json", stdout=out)

    assert json.loads(out.getvalue()) == {
        "encoding": "ucs2",
        "characters": 4,
        "units": 4,
        "parts": 1,
        "forced_by": {"character": "’", "position": 2, "name": "RIGHT SINGLE QUOTATION MARK"},
    }


def test_prints_for_people_what_forced_ucs2():
    out = io.StringIO()

    call_command("textparts", "It’s", stdout=out)

    assert "forced by   ’ (RIGHT SINGLE QUOTATION MARK) at character 3" in out.getvalue()
