"""Parts of a page that are swapped alone, and only when they changed.

A page shows its parts with `{% include "components/_live_part.html" %}` and asks again with `hx-swap="none"` and
`hx-include="[name=seen]"`; the answer carries just the parts whose content differs from what the browser has.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

# A form's token is masked anew each time: that is no change of the part.
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')


@dataclass(frozen=True)
class Part:
    """One part: `id` of its element, its HTML, and a digest of what counts as its content.

    A part that stands inside another names it in `within`: when the outer one is swapped, it comes along.
    """

    id: str
    html: SafeString
    digest: str
    within: str = ""


def make(
    request: HttpRequest, *, id: str, template: str, context: dict[str, Any], within: str = "", content: str = ""
) -> Part:
    """Render a part. `content` stands for what decides about a swap, where that is not the whole HTML."""
    html = render_to_string(template, context, request)
    counted = content or _TOKEN.sub("", html)
    return Part(id, html, hashlib.blake2s(counted.encode(), digest_size=6).hexdigest(), within)


def answer(request: HttpRequest, *, parts: Sequence[Part]) -> HttpResponse:
    """The parts that the browser has not seen yet, for swapping out of band; 204 when nothing changed."""
    seen = dict(entry.rpartition(":")[::2] for entry in request.GET.getlist("seen"))
    changed = {part.id: part for part in parts if seen.get(part.id) != part.digest}
    swaps = [part for part in changed.values() if part.within not in changed]
    if not swaps:
        return HttpResponse(status=204)
    template = "components/_live_part.html"
    return HttpResponse("".join(render_to_string(template, {"part": part, "is_swap": True}) for part in swaps))
