"""The fenced child that fits: `python -m campaigns.media.fit '{"name": "a.jpg", "budget_bytes": 600000}' [PATH]`."""

import dataclasses
import os
from typing import Any

from campaigns.media import child, fit, limits
from campaigns.media.fit import result


def _fit(
    data: bytes, *, budget_bytes: int, name: str = "", ground: result.Ground = "", tell_fd: int | None = None
) -> tuple[dict[str, Any], list[bytes]]:
    def tell(share: float) -> None:
        if tell_fd is not None:
            os.write(tell_fd, f"{share:.3f}\n".encode())

    fitted = fit.fit(data, name=name, budget_bytes=budget_bytes, ground=ground, tell=tell)
    values = {field.name: getattr(fitted, field.name) for field in dataclasses.fields(fitted) if field.name != "data"}
    values["steps"] = [dataclasses.asdict(step) for step in fitted.steps]
    return {"fitted": values, "peak_bytes": child.peak_bytes()}, [fitted.data]


if __name__ == "__main__":
    child.serve(_fit, ceiling=limits.FIT)
