"""The one way in for files."""

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from campaigns.views import uploads


def test_each_file_of_a_form_has_its_own_bytes() -> None:
    files = {"one": SimpleUploadedFile("a.txt", b"first"), "two": SimpleUploadedFile("b.txt", b"second")}
    request = RequestFactory().post("/", files)
    request.upload_handlers = [uploads.LimitedUpload(request)]
    assert {name: file.read() for name, file in request.FILES.items()} == {"one": b"first", "two": b"second"}


def test_no_form_anywhere_fills_memory_or_disk() -> None:
    """The check of the token reads a body before anybody is asked who they are."""
    assert settings.FILE_UPLOAD_HANDLERS == ["campaigns.views.uploads.LimitedUpload"]
