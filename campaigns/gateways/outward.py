"""POST to an address that a person of this installation wrote down: never into our own network.

The name is looked up here, each address it stands for is looked at, and the connection goes to the one that was looked
at: a name that means something else a moment later leads nowhere. Redirects are not followed.
"""

import ipaddress
import socket
from collections.abc import Mapping
from urllib.parse import urlsplit

from campaigns.gateways import http

TIMEOUT_S = 10.0
ANSWER_LIMIT_BYTES = 10_000
# IPv6 that stands for IPv4 behind a translator: RFC 6052 and RFC 3056.
_TRANSLATED = (
    ipaddress.ip_network("64:ff9b::/96"),
    ipaddress.ip_network("2002::/16"),
    ipaddress.ip_network("2001::/32"),
)


class NotAllowed(http.NeverLeft):
    """The address is not one that may be called; nothing left."""


def post(*, url: str, headers: Mapping[str, str], body: bytes, to_private: bool) -> http.Answer:
    """POST once over https. With `to_private` http and addresses of private networks are allowed too.

    Raises NotAllowed, `http.NeverLeft` or `http.InDoubt`; every answer, of whatever status, is returned.
    """
    return http.call(
        method="POST",
        url=url,
        headers=headers,
        body=body,
        timeout_s=TIMEOUT_S,
        limit_bytes=ANSWER_LIMIT_BYTES,
        address=_looked_at(url, to_private=to_private),
    )


def _looked_at(url: str, *, to_private: bool) -> str:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    except ValueError:
        raise NotAllowed("bad address") from None
    if not host or not port or parts.username is not None:
        raise NotAllowed("bad address")
    if parts.scheme != "https" and not to_private:
        raise NotAllowed("not https")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise http.NeverLeft("no such host") from None
    addresses = [str(entry[4][0]) for entry in found]
    # All of them: a name with one public and one private address is a way in, too.
    if not to_private and not all(_is_public(address) for address in addresses):
        raise NotAllowed("private address")
    return addresses[0]


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        elif any(found in network for network in _TRANSLATED):
            return False
    return found.is_global and not found.is_multicast and not found.is_reserved
