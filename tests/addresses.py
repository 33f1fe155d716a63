"""Every address of the product."""

import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver


def patterns(resolver: URLResolver | None = None, above: str = "") -> Iterator[tuple[str, str]]:
    """(name, address) of every view of ours; each part of an address that is open is 1."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = f"{above}{entry.pattern}"
        if route.startswith("admin/"):
            continue
        if isinstance(entry, URLResolver):
            yield from patterns(entry, route)
        elif isinstance(entry, URLPattern):
            yield entry.name or "", "/" + re.sub(r"<[^>]+>", "1", route)


ADDRESSES = sorted(set(patterns()))
