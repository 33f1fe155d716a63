"""What the log leaves out, by what Django really writes."""

import logging

import pytest
from django.test import Client

from mmsadmin import logs

pytestmark = pytest.mark.django_db


def written(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if logs.Brief().filter(record)]


def test_a_page_that_says_not_ready_is_no_line(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "django.request"):
        assert Client().get("/healthz/ready").status_code == 503
    assert caplog.records
    assert written(caplog) == []


def test_any_other_fault_is(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("django.request").error("Service Unavailable: %s", "/campaigns/1", extra={"status_code": 503})
    assert written(caplog) == ["Service Unavailable: /campaigns/1"]


def test_what_is_refused_on_purpose_is_one_line() -> None:
    refused = logging.makeLogRecord({"msg": "Forbidden: /", "status_code": 403, "exc_info": (None, None, None)})
    assert logs.Brief().filter(refused)
    assert refused.exc_info is None
