"""Somebody who watches the live page while a storm goes, and holds what it shows against the messages themselves."""

import http.client
import re
import threading
import time
from types import TracebackType
from urllib.error import URLError

import plain_pages

from storm import world

EVERY_S = 0.4
_PART = re.compile(r"<strong>([\d,]+)</strong> ([a-z ]+)")


class Watcher:
    """Looks from `with` to its end. `wrong` is what was shown and never was so; `looks` is how often a page came."""

    def __init__(self, on: world.World, *, campaign: int, people: int) -> None:
        self._on, self._campaign, self._people = on, campaign, people
        self._pages = plain_pages.PlainPages(on.place.settings["PUBLIC_BASE_URL"])
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._known = on.call("people:watcher")
        self.wrong: list[str] = []
        self.looks = 0

    def __enter__(self) -> "Watcher":
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(EVERY_S):
            try:
                self._look()
            # The web process is killed now and then, as all others are.
            except (URLError, OSError, http.client.HTTPException):
                time.sleep(EVERY_S)

    def _look(self) -> None:
        before = self._delivered()
        page = self._pages.open(f"/campaigns/{self._campaign}/live")
        if "/login" in self._pages.url:
            self._pages.send(to="/login", **self._known)
            return
        after = self._delivered()
        parts = {label.strip(): int(count.replace(",", "")) for count, label in _PART.findall(page)}
        planned = parts.pop("planned")
        self.looks += 1
        if not planned == sum(parts.values()) == self._people:
            self.wrong.append(f"{planned} planned of {self._people}: {parts}")
        if not before <= parts.get("delivered", 0) <= after:
            self.wrong.append(f"{parts.get('delivered', 0)} delivered, where it was {before} to {after}")

    def _delivered(self) -> int:
        """Counted from the messages, which nothing leaves once it is delivered."""
        ((count,),) = self._on.ask("SELECT count(*) FROM campaigns_message WHERE state = 'delivered'")
        return int(count)
