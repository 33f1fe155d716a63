"""Django's own list for a public site, with production settings; and what production refuses."""

import subprocess
import sys

import pytest
import servers
from django.conf import settings

PRODUCTION = {
    "MMSADMIN_ENV": "production",
    "SECRET_KEY": "a key of more than fifty characters, with 30 different ones: !#%&()*+,-./",
    "ALLOWED_HOSTS": "mms.example.org",
    "PUBLIC_BASE_URL": "https://mms.example.org",
}


def check(**environment: str) -> subprocess.CompletedProcess[str]:
    clean = servers.clean_environment(MMSADMIN_VAR=str(settings.VAR / "production"), **environment)
    command = [sys.executable, "-W", "error", "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(command, cwd=settings.BASE_DIR, env=clean, capture_output=True, text=True, check=False)


def test_the_deploy_check_is_clean() -> None:
    done = check(**PRODUCTION)
    assert (done.returncode, done.stdout) == (0, "System check identified no issues (0 silenced).\n"), done.stderr


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ALLOWED_HOSTS", "PUBLIC_BASE_URL"])
def test_production_does_not_start_without(missing: str) -> None:
    done = check(**{name: value for name, value in PRODUCTION.items() if name != missing})
    assert done.returncode != 0
    assert f"Set {missing}" in done.stderr


@pytest.mark.parametrize("switch", [{"SANDBOX": "1"}, {"DEBUG": "1"}, {"PUBLIC_BASE_URL": "http://mms.example.org"}])
def test_production_does_not_start_with(switch: dict[str, str]) -> None:
    done = check(**{**PRODUCTION, **switch})
    assert done.returncode != 0
    assert "ImproperlyConfigured" in done.stderr
