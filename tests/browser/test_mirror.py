"""What the composer's scripts work out while one types is what the server says a moment later: one table for both."""

import json
from pathlib import Path
from typing import Any

import pytest
import visitors
from visitors import Visit

from campaigns.composing import limits
from campaigns.media import size
from campaigns.text import assemble, fields, merge, parts
from campaigns.views import compose_meter

ROOM = Path(__file__).parents[1] / "campaigns"
MEASURES = json.loads((ROOM / "text/measure_cases.json").read_text())
SIZES = json.loads((ROOM / "media/size_cases.json").read_text())
BODIES = json.loads(Path(__file__).with_name("mirror_cases.json").read_text())
VALUES = {"first_name": "Zoë", "city": "  ", "email": "$& {x} $1", "custom_attribute.store": "Pier 7"}
FIELDS = (*VALUES, "last_name")


def named(case: dict[str, Any]) -> str:
    return str(case["name"]).replace(" ", "-")


@pytest.fixture
def page(visit: Visit) -> visitors.Visitor:
    visitor = visit("")
    visitor.go("/login")
    return visitor


def ask(visitor: visitors.Visitor, script: str, argument: Any) -> Any:
    return visitor.page.evaluate(f"async (given) => {{ {script} }}", argument)


def test_parts_are_counted_as_on_the_server(page: visitors.Visitor) -> None:
    script = "const m = await import('/static/js/measure.js'); return given.map((text) => m.measure(text));"
    found = ask(page, script, [case["text"] for case in MEASURES])
    names = ("encoding", "characters", "units", "parts")
    expected = {case["name"]: {name: case[name] for name in names} for case in MEASURES}
    assert {
        case["name"]: {name: one[name] for name in names} for case, one in zip(MEASURES, found, strict=True)
    } == expected


def test_the_sign_that_forces_ucs2_is_the_servers(page: visitors.Visitor) -> None:
    script = "const m = await import('/static/js/measure.js'); return given.map((text) => m.measure(text).forcedBy);"
    texts = [case["text"] for case in MEASURES]
    found = [one and (one["character"], one["position"]) for one in ask(page, script, texts)]
    forced = [parts.measure(text).forced_by for text in texts]
    assert found == [one and (one.character, one.position) for one in forced]


def test_zones_are_the_servers(page: visitors.Visitor) -> None:
    script = """const m = await import('/static/js/measure.js');
        return given.map(({ media_bytes: media, text, hard = 1000000, part = 0 }) => [
            m.envelope(media, m.utf8Bytes(text), { partBytes: part }),
            m.zone(media, m.utf8Bytes(text), { hard, advice: 600000, partBytes: part })]);"""
    found = ask(page, script, SIZES)
    assert found == [[case.get("envelope_bytes", 0), case["zone"]] for case in SIZES]


TOTALS = (0, 1, 2_500, 299_999, 300_001, 525_000, 525_001, 599_137, 600_000, 999_999, 1_000_000, 1_095_238, 1_800_000)
REACHES = (*TOTALS, 2_600_000, 5_123_457, 9_999_999)


@pytest.mark.parametrize("hard_bytes", [1_000_000, 614_400, 600_000, 525_000, 250_000])
def test_fill_and_marks_lie_where_the_server_puts_them(page: visitors.Visitor, hard_bytes: int) -> None:
    limit = limits.Limit(hard_bytes, 2_000, "", "")
    script = """const m = await import('/static/js/meter.js');
        return given.reaches.map((total) => m.placed(total, given.mirror));"""
    found = ask(page, script, {"reaches": REACHES, "mirror": compose_meter.marks_of(limit)})
    assert found == [drawn(limit, total_bytes) for total_bytes in REACHES]


def drawn(limit: limits.Limit, total_bytes: int) -> dict[str, Any]:
    meter = compose_meter.Meter(size.SizeVerdict(total_bytes, 0, 0, total_bytes, "fits", ()), limit)
    marks = [{"name": one.name, "at": one.units, "drawn": one.is_drawn, "words": one.has_words} for one in meter.marks]
    return {"fill": meter.total_units, "marks": marks}


def test_bodies_are_put_together_as_on_the_server(page: visitors.Visitor) -> None:
    script = """const m = await import('/static/js/mirror.js');
        return given.cases.map((one) => {
            const rendered = m.render(one.source, given.values);
            if (rendered === null) return null;
            const brand = one.brand ?? "Tidewater", optOutLine = one.line ?? "Reply STOP to end";
            return m.assemble(rendered, { brand, optOutLine, link: one.link ?? "" });
        });"""
    values = {fields.written(name): value for name, value in VALUES.items()}
    found = ask(page, script, {"cases": BODIES, "values": values})
    expected = {case["name"]: case["text"] if case.get("follows", True) else None for case in BODIES}
    assert {case["name"]: one for case, one in zip(BODIES, found, strict=True)} == expected


@pytest.mark.parametrize("case", BODIES, ids=named)
def test_the_table_of_bodies_is_what_the_server_sends(case: dict[str, Any]) -> None:
    rendered = merge.parse(case["source"], fields=FIELDS).render(VALUES)
    brand, line = case.get("brand", "Tidewater"), case.get("line", "Reply STOP to end")
    body = assemble.assemble(rendered.text, brand=brand, opt_out_line=line, link=case.get("link"))
    assert body == case["text"]
