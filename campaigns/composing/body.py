"""The exact body of a message for one person. Preview, meter, parts, test sends and the drain all take it from here."""

import re
from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from campaigns.composing import findings, limits
from campaigns.models import Revision
from campaigns.text import assemble, fields, merge, parts, problems
from subscriptions.models import Contact, SubscriptionGroup

_CUSTOM: Final = re.compile(r"custom_attribute\.\$\{([^{}$\n]*)\}")


# A tuple rather than a dataclass: one is made for every message sent.
class Composed(NamedTuple):
    """One message. `parts` and `encoding` count the text as SMS; `total_bytes` are what the limit counts of an MMS.

    `missing` are fields that left a gap; `refusal` is why this person's message cannot be sent, or None.
    """

    text: str
    parts: int
    text_bytes: int
    total_bytes: int
    encoding: parts.Encoding
    defaults_used: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    refusal: findings.Problem | None = None


class Body:
    """A content read once, rendered for many. Nothing in it changes, so threads may share one."""

    __slots__ = ("_brand", "_broken", "_media_bytes", "_opt_out_line", "_stand_in", "_template", "fields", "problems")

    def __init__(
        self,
        *,
        text: str,
        media_bytes: int | None,
        brand: str,
        opt_out_line: str,
        known: Collection[str],
        stand_in: str = "",
    ) -> None:
        self._brand, self._opt_out_line, self._media_bytes = brand, opt_out_line, media_bytes
        self._stand_in = stand_in
        self.problems: tuple[problems.MergeProblem, ...] = merge.check(text, fields=known)
        self._template = None if self.problems else merge.parse(text, fields=known)
        self._broken = findings.of_text(self.problems[0]) if self.problems else None
        self.fields: frozenset[str] = self._template.fields if self._template else frozenset()

    def render(
        self, values: Mapping[str, object], *, sent_as: str, limit: limits.Limit, link: str | None = None
    ) -> Composed:
        """Return the message for the person with these values, by full field name (see `values_of`).

        `sent_as` is mms, link or text; `link` is the address that a phone without MMS gets as the last line. A picture
        without a text is told about by its description where only its link can go. Refusals:
        whatever is wrong with the text, rendered_too_long, body_too_long, too_large_total (mms only, over `limit`),
        empty_message.
        """
        if self._template is None:
            return Composed("", 0, 0, self._media_bytes or 0, "gsm7", refusal=self._broken)
        try:
            rendered = self._template.render(values)
        except problems.MergeError as error:
            refusal = findings.of_text(error.problems[0])
            return Composed("", 0, 0, self._media_bytes or 0, "gsm7", refusal=refusal)
        is_link = sent_as == "link"
        text = assemble.assemble(
            self._stand_in if is_link and not rendered.text.strip() else rendered.text,
            brand=self._brand,
            opt_out_line=self._opt_out_line,
            link=link if is_link else None,
        )
        measured = parts.measure(text)
        media_bytes = (self._media_bytes or 0) if sent_as == "mms" else 0
        weight = limit.weigh(media_bytes=media_bytes, text=text)
        found: findings.Problem | None = None
        if not rendered.text.strip() and self._media_bytes is None:
            found = findings.Problem("empty_message")
        elif len(text) > assemble.BODY_LIMIT:
            found = findings.Problem("body_too_long", assemble.BODY_LIMIT, len(text), room="text")
        elif sent_as == "mms" and weight.zone == "over":
            found = findings.of_media(weight.problems[0], whose=limit)
        return Composed(
            text,
            measured.parts,
            weight.text_bytes,
            weight.total_bytes,
            measured.encoding,
            rendered.defaults_used,
            rendered.missing,
            found,
        )

    def budgets(self, *, limit: limits.Limit) -> limits.Budgets:
        """What a file may weigh beside this text, as it is for somebody of whom nothing is known."""
        text_bytes = self.render({}, sent_as="mms", limit=limit).text_bytes
        return limits.budgets(limit=limit, text_bytes=text_bytes)

    def too_large(self, *, limit: limits.Limit) -> findings.Problem | None:
        """Why nobody's MMS fits, not even that for somebody of whom nothing is known; None where it does."""
        if self._media_bytes is None:
            return None
        refusal = self.render({}, sent_as="mms", limit=limit).refusal
        return refusal if refusal is not None and refusal.code == "too_large_total" else None


def prepare(*, revision: Revision, group: SubscriptionGroup, known: Collection[str] | None = None) -> Body:
    """Read a revision's content; frozen content keeps the group's words as they were when it was frozen.

    `known` are the full names of the fields there are. Left out, every custom attribute that the text names counts as
    known: what was approved is not asked again while it is sent.
    """
    if known is None:
        known = fields.known(attributes=named_attributes(revision.text))
    brand, opt_out_line = words_of(revision=revision, group=group)
    return Body(
        text=revision.text,
        media_bytes=revision.rendition.bytes if revision.rendition else None,
        brand=brand,
        opt_out_line=opt_out_line,
        known=known,
        stand_in=description_of(revision),
    )


def description_of(revision: Revision) -> str:
    """What is to be seen on a content's picture, in words; of frozen content as it was said when it was frozen."""
    if revision.frozen_at is not None or revision.rendition is None:
        return revision.description
    return revision.rendition.asset.description


def named_attributes(text: str) -> set[str]:
    """The custom attributes that a text names, known to anybody or not."""
    return {name.strip() for name in _CUSTOM.findall(text)}


def words_of(*, revision: Revision, group: SubscriptionGroup) -> tuple[str, str]:
    """The brand and the opt-out line that go with this content; '' where the group wants none."""
    if revision.frozen_at is not None:
        return revision.brand, revision.opt_out_line
    every = group.opt_out_rule == SubscriptionGroup.OptOutRule.EVERY
    return group.brand, group.opt_out_line if every else ""


def values_of(contact: Contact) -> dict[str, object]:
    """What a text may say about this person, by full field name."""
    values: dict[str, object] = {
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "phone_number": contact.phone,
        "email": contact.email,
        "country": contact.country,
        "language": contact.language,
        "city": contact.city,
        "time_zone": contact.time_zone,
    }
    for name, value in contact.attributes.items():
        values[fields.custom(name)] = value
    return values
