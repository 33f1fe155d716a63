"""The parts of the content page that change while one works: the file and its words, phone, meter, check and so on."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone

from campaigns.assets import cuts, shelf
from campaigns.composing import drafts, findings, limits, preview, problems
from campaigns.forms import media_words, text_words, words
from campaigns.models import Asset, Campaign, Rendition, Revision
from campaigns.text import fields, parts, plain
from campaigns.views import compose_fit, compose_frame, compose_meter
from subscriptions import segments
from subscriptions.models import Contact

PARTS = ("file", "describe", "phone", "meter", "check", "samples", "steps", "acts")
_ATTRIBUTES = 1_000
_CHIPS_IN_SIGHT = 12
# A phone shows a picture as wide as its screen: beyond these a square or 9:16 says more.
_WIDE, _TALL = 1.9, 2.3


@dataclass(frozen=True)
class Look:
    """How the preview is looked at. `sample_id` 0 is somebody of whom nothing is known."""

    sample_id: int | None = None
    search: str = ""
    as_link: bool = False


@dataclass(frozen=True)
class FileCard:
    """The file beside its verdict."""

    rendition: Rendition
    asset: Asset
    notes: list[str]
    problems: list[compose_frame.Line]
    fit: compose_fit.Panel | None
    is_fitted: bool
    can_cut: bool

    @property
    def shape(self) -> str:
        """`wide` or `tall` for a shape that leaves most of a phone empty, else ''."""
        width, height = self.rendition.width or 1, self.rendition.height or 1
        return "wide" if width > _WIDE * height else "tall" if height > _TALL * width else ""


def content(request: HttpRequest, campaign: Campaign, *, look: Look, text: str | None = None) -> dict[str, Any]:
    """Everything that the content page shows; `text` is what stands in the box, where that is not what is stored."""
    revision = drafts.content(campaign)
    if text is not None:
        revision = preview.with_text(revision, text.replace("\r\n", "\n"))
    attributes = segments.known_attributes(limit=_ATTRIBUTES)
    known = fields.known(attributes=attributes)
    sees_numbers = request.user.has_perm("subscriptions.see_phone_numbers")
    samples = preview.samples(campaign=campaign, search=look.search, sees_numbers=sees_numbers)
    sample = _sample(samples, look)
    limit = limits.of_group(campaign.group)
    seen = preview.for_contact(
        campaign=campaign,
        contact=sample,
        as_link=look.as_link,
        text=revision.text,
        known=known,
        sees_numbers=sees_numbers,
        limit=limit,
    )
    group_problems = problems.of_group(campaign.group, limit=limit)
    found = [
        *problems.of_content(revision=revision, group=campaign.group, limit=limit, known=known),
        *problems.of_repeat(revision=revision, group=campaign.group),
    ]
    schedule = problems.of_schedule(campaign, now=timezone.now())
    return compose_frame.context(
        request,
        campaign,
        "content",
        found=[*group_problems, *found, *schedule],
        text=revision.text,
        description_limit=shelf.DESCRIPTION_CHARACTERS,
        look=look,
        samples=samples,
        sample=sample,
        seen=seen,
        file=_file(campaign, revision, found, seen.ready.budgets(limit=limit)),
        meter=compose_meter.meter(revision.rendition, seen.as_mms, limit),
        as_text=parts.measure(seen.as_text.text or revision.text),
        can_mend=plain.make_plain(revision.text)[0] != revision.text,
        marks=compose_meter.marks(revision.text, found, seen.composed.refusal),
        group_problems=compose_frame.lines(campaign, group_problems),
        chips=[_chip(chip) for chip in fields.chips(attributes=attributes[:_CHIPS_IN_SIGHT])],
        mirror=_mirror(seen, preview.values_of(sample, sees_numbers=sees_numbers), limit),
    )


def rendered(request: HttpRequest, context: dict[str, Any], names: tuple[str, ...] = PARTS) -> dict[str, str]:
    """Parts as HTML, by the id of the element that they fill."""
    return {name: render_to_string(f"campaigns/_compose_{name}.html", context, request) for name in names}


def _sample(samples: list[Contact], look: Look) -> Contact | None:
    """The chosen person, else the first that was found; a choice survives a search that does not find it."""
    if look.sample_id == 0:
        return None
    chosen = next((one for one in samples if one.pk == look.sample_id), None)
    if chosen is None and look.sample_id and not look.search:
        chosen = Contact.objects.filter(pk=look.sample_id).first()
        if chosen is not None:
            samples.insert(0, chosen)
    return chosen or next(iter(samples), None)


def _file(
    campaign: Campaign, revision: Revision, found: list[findings.Problem], sizes: limits.Budgets
) -> FileCard | None:
    rendition = revision.rendition
    if rendition is None:
        return None
    asset = rendition.asset
    is_fitted = rendition.purpose == Rendition.Purpose.FITTED
    own = [one for one in found if one.room == "media" or one.code in {"sent_before", "sent_alike"}]
    lines = compose_frame.lines(campaign, own)
    if not is_fitted:
        for one in asset.problems:
            said = media_words.sentence(one["code"], one["limit"], one["found"], one.get("line"))
            lines.append(compose_frame.Line(said, is_advice=True, url=""))
    return FileCard(
        rendition=rendition,
        asset=asset,
        notes=[media_words.note(step["code"], step["found"]) for step in rendition.steps],
        problems=lines,
        fit=compose_fit.panel(revision, sizes),
        is_fitted=is_fitted,
        can_cut=cuts.can_cut(asset),
    )


def _chip(chip: fields.Chip) -> dict[str, str]:
    return {"field": chip.field, "label": text_words.label(chip.field), "snippet": chip.snippet}


def _mirror(seen: preview.Preview, values: dict[str, object], limit: limits.Limit) -> dict[str, Any]:
    """What the script needs to follow the typing before the server answers."""
    rendition = seen.rendition
    return {
        "values": {fields.written(name): str(value) for name, value in values.items() if value not in (None, "")},
        "brand": seen.brand,
        "optOutLine": seen.opt_out_line,
        "link": preview.example_link() if rendition else "",
        "standIn": rendition.asset.description if rendition else "",
        "sentAs": seen.sent_as,
        "mediaBytes": rendition.bytes if rendition else 0,
        **compose_meter.marks_of(limit),
        "uploadLimit": settings.UPLOAD_LIMIT_BYTES,
        "uploadLimitWords": words.upload_limit(settings.UPLOAD_LIMIT_BYTES),
    }
