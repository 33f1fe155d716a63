"""The product's settings with what tests need instead: a folder that is thrown away, a quick hasher, a silent broker.

Each process that reads this (every xdist worker too) gets a folder of its own. pytest-django loads settings before any
conftest, so this has to be a settings module.
"""

import os
import tempfile

for _name in (
    "MMSADMIN_ENV",
    "DEBUG",
    "PUBLIC_BASE_URL",
    "PORT",
    "SANDBOX",
    "SANDBOX_URL",
    "S3_BUCKET",
    "LOG_LEVEL",
    "MEDIA_BASE_URL",
    "MEDIA_LINK_DAYS",
    "METRICS_TOKEN",
    "EMAIL_HOST",
    "DEFAULT_FROM_EMAIL",
    "WEBHOOKS_TO_PRIVATE",
    "HEARTBEAT_URL",
):
    os.environ.pop(_name, None)
os.environ["MMSADMIN_VAR"] = tempfile.mkdtemp(prefix="mmsadmin-test-")
os.environ["BROKER_URL"] = "memory://"
# As in the fence: threads of numpy that wait for each other make two workers on two cores three times slower.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
if "TEST_DATABASE_URL" in os.environ:
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]
else:
    os.environ.pop("DATABASE_URL", None)

from mmsadmin.settings import *  # noqa: E402, F403  # after the environment is made
from mmsadmin.settings import DATABASES, STORAGES, VAR  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
STATIC_ROOT = VAR / "static"
STATIC_ROOT.mkdir()
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, as in the product: threads and processes of a test have connections of their own.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR / "test.sqlite3")}
