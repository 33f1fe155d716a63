"""Every provider by name. Adding one is its file, its payload folder and one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from campaigns.gateways import base, sandbox

_OPENERS: dict[str, tuple[base.Capabilities, Callable[[Mapping[str, str]], base.Gateway]]] = {
    "sandbox": (sandbox.CAPABILITIES, sandbox.Sandbox.from_config),
}

KINDS: tuple[str, ...] = tuple(_OPENERS)


class UnknownProvider(Exception):
    """No adapter goes by this name."""


def open(*, kind: str, config: Mapping[str, str]) -> base.Gateway:
    """The adapter of `kind` for one account. Raises `UnknownProvider`, or `base.Misconfigured` for its fields."""
    return _entry(kind)[1](config)


def capabilities(*, kind: str) -> base.Capabilities:
    """What providers of `kind` can do, without an account. Raises `UnknownProvider`."""
    return _entry(kind)[0]


def _entry(kind: str) -> tuple[base.Capabilities, Callable[[Mapping[str, str]], base.Gateway]]:
    if kind not in _OPENERS:
        raise UnknownProvider(kind)
    return _OPENERS[kind]
