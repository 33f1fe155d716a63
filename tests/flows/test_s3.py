"""Files in S3: the same product, other environment variables. The S3 API on loopback checks no signature."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import factories
import media_samples as samples
import pytest
import servers
from django.core.files.storage import default_storage, storages
from django.test import Client
from django.utils import timezone
from moto.server import ThreadedMotoServer
from pytest_django.fixtures import Settings

from campaigns.assets import depot, fit, store
from campaigns.links import public
from campaigns.models import Rendition
from mmsadmin import settings as product

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.xdist_group("s3"),
]
BUCKET = "pictures"
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true"}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    port = servers.free_port()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    yield f"http://127.0.0.1:{port}"
    server.stop()


@pytest.fixture
def s3(endpoint: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A bucket, and the storage that an installation with S3_BUCKET and S3_ENDPOINT_URL has."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
    client.create_bucket(Bucket=BUCKET)
    _use(settings, endpoint)
    return client


def _use(settings: Settings, endpoint: str) -> None:
    options = {"bucket_name": BUCKET, "endpoint_url": endpoint, "region_name": "us-east-1", "file_overwrite": False}
    backend = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "default": backend}
    storages._storages.clear()
    default_storage._wrapped = storages["default"]  # what Django does for its own `override_settings`


@pytest.fixture(autouse=True)
def _give_back() -> Iterator[None]:
    before = default_storage._wrapped
    yield
    default_storage._wrapped = before
    storages._storages.clear()


def _picture() -> Rendition:
    photo = samples.encoded(samples.photo(900, 700), "JPEG", quality=95)
    asset = store.take_in(name="beach.jpg", chunks=[photo], by=factories.user(), now=timezone.now())
    return store.clean_copy(asset)


def test_a_picture_is_uploaded_fitted_served_and_deleted(s3: Any, client: Client) -> None:
    clean = _picture()
    by, now = clean.asset.created_by, timezone.now()
    made = fit.make(fit_id=fit.ask(asset=clean.asset, budget_bytes=60_000, by=by, now=now).pk)
    assert made is not None
    fitted = made.rendition
    assert fitted is not None
    link = public.media_link(run=None, rendition=fitted, now=timezone.now())
    path = public.addresses(link)[0].partition("//")[2].partition("/")[2]
    head, got = client.head(f"/{path}"), client.get(f"/{path}").getvalue()
    assert int(head["Content-Length"]) == len(got) == fitted.bytes <= 60_000
    assert got == store.read(fitted)
    part = client.get(f"/{path}", headers={"Range": "bytes=2-9"})
    assert (part.status_code, part.getvalue()) == (206, store.read(fitted)[2:10])
    depot.forget(fitted.file)
    assert client.get(f"/{path}").status_code == 404
    names = {entry["Key"] for entry in s3.list_objects_v2(Bucket=BUCKET)["Contents"]}
    assert str(clean.file.name) in names
    assert not any(name.startswith("renditions/") and name != clean.file.name for name in names)


def test_nothing_in_the_bucket_is_public(s3: Any, endpoint: str) -> None:
    clean = _picture()
    grants = s3.get_object_acl(Bucket=BUCKET, Key=str(clean.file.name))["Grants"]
    assert all("URI" not in grant["Grantee"] for grant in grants)


def test_a_file_that_is_gone_is_missing_and_not_a_fault(s3: Any) -> None:
    clean = _picture()
    assert depot.standing(clean) == "there"
    s3.delete_object(Bucket=BUCKET, Key=str(clean.file.name))
    assert depot.standing(clean) == "missing"


def test_a_storage_that_is_away_is_said_to_carriers_and_to_people(
    s3: Any, client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    clean = _picture()
    link = public.media_link(run=None, rendition=clean, now=timezone.now())
    path = public.addresses(link)[0].partition("//")[2].partition("/")[2]
    nowhere = f"http://127.0.0.1:{servers.free_port()}"
    _use(settings, nowhere)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    assert depot.standing(clean) == "unreachable"
    answer = client.get(f"/{path}")
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    with pytest.raises(depot.StorageAway):
        store.take_in(name="other.png", chunks=[samples.png()], by=factories.user(), now=timezone.now())


def test_environment_variables_alone_move_the_files(endpoint: str, s3: Any, tmp_path: Path) -> None:
    code = (
        "import django; django.setup()\n"
        "from django.core.files.base import ContentFile\n"
        "from django.core.files.storage import default_storage as kept\n"
        "name = kept.save('probe/a.txt', ContentFile(b'hello'))\n"
        "assert kept.open(name).read() == b'hello'\n"
        "print(type(kept._wrapped).__name__, kept.connection.meta.client.meta.config.signature_version)\n"
    )
    surroundings = servers.clean_environment(
        **KEYS, MMSADMIN_VAR=str(tmp_path), S3_BUCKET=BUCKET, S3_ENDPOINT_URL=endpoint, S3_REGION="us-east-1",
        DJANGO_SETTINGS_MODULE="mmsadmin.settings",
    )  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=product.BASE_DIR,
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["S3Storage", "s3v4"], done.stderr
    assert s3.get_object(Bucket=BUCKET, Key="probe/a.txt")["Body"].read() == b"hello"
