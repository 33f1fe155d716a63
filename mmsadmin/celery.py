"""The Celery app, its queues and the whole timetable.

Celery rings bells; it carries no messages. Four queues with a process each, so that none starves another: `ticks`
(short, every second), `drain` (slices of up to a minute), `media` (fetches what came in) and `fits` (makes copies that
fit, up to two minutes each).
"""

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

from mmsadmin import bell

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mmsadmin.settings")
TRANSPORT_ALIASES["filesystem"] = "mmsadmin.broker:Transport"

app = Celery("mmsadmin")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.task_routes = {
    "campaigns.tasks.drain": {"queue": "drain"},
    "campaigns.tasks.fetch_media": {"queue": "media"},
    # Addresses of others may keep it waiting: that holds up no tick.
    "campaigns.tasks.ping": {"queue": "media"},
    "campaigns.tasks.tell": {"queue": "media"},
    "campaigns.tasks.make_copies": {"queue": "fits"},
}

# `expires` keeps a pile of old bells from ringing after a worker was away.
app.conf.beat_schedule = {
    "tick": {"task": "campaigns.tasks.tick", "schedule": 1.0, "options": {"expires": 2}},
    "sweep": {"task": "campaigns.tasks.sweep", "schedule": 5.0, "options": {"expires": 5}},
    "audit": {"task": "campaigns.tasks.audit", "schedule": 60.0, "options": {"expires": 60}},
    "tell": {"task": "campaigns.tasks.tell", "schedule": 10.0, "options": {"expires": 10}},
    "ping": {"task": "campaigns.tasks.ping", "schedule": 60.0, "options": {"expires": 60}},
    # Also with nothing to send: the slice's sign of life tells that somebody would send.
    "drain": {"task": "campaigns.tasks.drain", "schedule": 4.0, "options": {"expires": 4}},
}

app.steps["worker"].add(bell.ByHand)
