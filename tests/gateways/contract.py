"""What every adapter must do, fed by the files in tests/payloads/<provider>/. A new provider adds files, no code.

`account.json` holds a configuration ({server} stands for the test's endpoint) and the public callback address;
`answers/` one answer of the provider each, with the outcome it must become; `events/` one genuine callback each,
signed by other means than our code, with the events it must become.
"""

import asyncio
import dataclasses
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from campaigns.gateways import base, http, registry

PAYLOADS = Path(__file__).resolve().parent.parent / "payloads"
NOWHERE = "http://127.0.0.1:1"


def load(kind: str, name: str) -> dict[str, Any]:
    return json.loads((PAYLOADS / kind / name).read_text())


def cases(folder: str) -> list[tuple[str, str]]:
    """(provider, file) for every file of this folder of every provider; a provider without any is an error."""
    found = []
    for kind in registry.KINDS:
        names = sorted(path.name for path in (PAYLOADS / kind / folder).glob("*.json"))
        assert names, f"{kind} has no payloads in {folder}"
        found += [(kind, f"{folder}/{name}") for name in names]
    return found


def config(kind: str, server: str) -> dict[str, str]:
    fields = load(kind, "account.json")["config"]
    return {name: value.replace("{server}", server) for name, value in fields.items()}


def gateway(kind: str, server: str = NOWHERE) -> base.Gateway:
    return registry.open(kind=kind, config=config(kind, server))


def message(**changes: Any) -> base.OutgoingMessage:
    plain = base.OutgoingMessage(
        kind="mms",
        from_number="+12025550100",
        to_phone="+12025550101",
        text="Hi Zoë, 20 % off",
        media_url="https://mms.example.org/media/t0k3n/beach.jpg",
        media_mime="image/jpeg",
        reference="attempt-1",
        callback_url="https://mms.example.org/webhooks/sandbox/t0k3n/",
    )
    return dataclasses.replace(plain, **changes)


def send(adapter: base.Gateway, *, total_timeout_s: float = 5.0) -> base.Outcome:
    async def once() -> base.Outcome:
        async with http.Session(total_timeout_s=total_timeout_s) as session:
            return await adapter.send(session=session, message=message())

    return asyncio.run(once())


def callback(kind: str, name: str) -> tuple[base.Callback, datetime, list[dict[str, Any]]]:
    """A genuine callback, when it was received, and the events it stands for."""
    stored = load(kind, name)
    url = load(kind, "account.json")["callback_url"]
    genuine = base.Callback(url=url, headers=stored["headers"], body=stored["body"].encode())
    return genuine, datetime.fromisoformat(stored["received_at"]), stored["events"]


def plain(value: Any) -> dict[str, Any]:
    """An outcome or event as it is written in the payload files; `raw` and `reason` are free text and left out."""
    fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    shown: dict[str, Any] = {"is": type(value).__name__}
    for name, found in fields.items():
        if name in ("raw", "reason"):
            continue
        if isinstance(found, datetime):
            found = found.isoformat()
        if isinstance(found, tuple):
            found = [dataclasses.asdict(one) for one in found]
        shown[name] = found
    return shown


def refuses(adapter: base.Gateway, forged: base.Callback, now: datetime) -> bool:
    try:
        adapter.verify(callback=forged, now=now)
    except base.Forged:
        return True
    return False


def with_headers(genuine: base.Callback, headers: Mapping[str, str]) -> base.Callback:
    return dataclasses.replace(genuine, headers=headers)
