"""The demo world is loaded often here: its pictures are drawn and looked at once, behind the real fence."""

import functools

import pytest

from campaigns.demo import people, pictures
from campaigns.media import fence

_DRAWN = {name: functools.cache(getattr(pictures, name)) for name in ("poster", "waves", "logo", "card")}
_review = functools.cache(fence.review)


@pytest.fixture(autouse=True)
def _drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, draw in _DRAWN.items():
        monkeypatch.setattr(pictures, name, draw)
    monkeypatch.setattr(fence, "review", _review)


@pytest.fixture
def fewer_people(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of the world is enough to see most of it."""
    monkeypatch.setattr(people, "COUNTRIES", {country: -(-count // 10) for country, count in people.COUNTRIES.items()})
