"""What every test stands on: files in a folder of its own, servers that are thrown away, no silent skip in CI."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import brokers
import browsers
import pytest
import servers
from django.conf import settings as project
from django.utils import translation
from pytest_django.fixtures import Settings

from campaigns.management import catalogues
from campaigns.views import lookout


@pytest.fixture(autouse=True, scope="session")
def nobody_looks_out() -> None:
    """No page of a test begins a thread that tells of silent workers; the tests of that say so."""
    lookout._looked_at = float("inf")


def pytest_configure(config: pytest.Config) -> None:
    catalogues.compile_changed(locale_dir=project.BASE_DIR / "locale")


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(project.VAR, ignore_errors=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """With CI=true a skip is a failure: there everything can be installed."""
    report = yield
    if report.skipped and os.environ.get("CI") == "true" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped although CI=true: {report.longrepr}"
    return report


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """A request in French leaves its language behind in the thread; in the product the next one sets its own."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _own_files(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.BOOT_MARK = tmp_path / "boot_mark"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        },
    }


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL of this test run alone, as a DATABASE_URL."""
    if not servers.postgres_programs():
        pytest.skip("PostgreSQL is not installed (Debian package postgresql)")
    with servers.postgres() as url:
        yield url


@pytest.fixture(scope="session")
def redis_broker() -> Iterator[brokers.Redis]:
    """A Redis of this test run alone."""
    if not shutil.which("redis-server"):
        pytest.skip("Redis is not installed (Debian package redis-server)")
    with brokers.redis() as broker:
        yield broker


@pytest.fixture(scope="session")
def rabbit_broker() -> Iterator[brokers.Broker]:
    """A RabbitMQ of this test run alone."""
    if not brokers.rabbit_is_here():
        pytest.skip("RabbitMQ is not installed (Debian package rabbitmq-server)")
    with brokers.rabbit() as broker:
        yield broker


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser."""
    path = browsers.executable()
    if not path:
        pytest.skip("Chromium is not installed (Debian package chromium)")
    return path
