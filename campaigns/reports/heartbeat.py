"""The outgoing sign of life: somebody elsewhere is told while all is well, and raises the alarm when it stops."""

import logging
from datetime import datetime

from campaigns.gateways import http
from campaigns.reports import health

TIMEOUT_S = 10.0

_log = logging.getLogger(__name__)


def send(*, url: str, now: datetime) -> bool:
    """GET `url` if sending is good; whether it was asked and answered with 2xx. Trouble on the way is only logged."""
    if not health.sending_is_good(now=now):
        return False
    try:
        answer = http.call(method="GET", url=url, headers={}, timeout_s=TIMEOUT_S)
    except http.Trouble as trouble:
        _log.warning("The heartbeat address could not be asked: %s", trouble.reason)
        return False
    if not 200 <= answer.status < 300:
        _log.warning("The heartbeat address answered %s", answer.status)
    return 200 <= answer.status < 300
