"""Take an upload off the wire: no more in memory than is allowed, and an answer in words instead of a reset."""

import io
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

# What is too large is still read to its end, and dropped, since a browser that is cut off while it sends shows a
# network error instead of our answer. Beyond this many times the limit nobody meant well.
DRAINED = 4


class LimitedUpload(FileUploadHandler):
    """Keeps one file of at most UPLOAD_LIMIT_BYTES in memory; `received` counts every byte that came.

    A view that takes a large file is exempt from the check of the form's token, which reads the body, and makes it one
    step further in: see `ShortBodyMiddleware`.
    """

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.received = 0
        self._announced = 0
        self._kept = io.BytesIO()

    @property
    def is_over(self) -> bool:
        """Whether more came than is taken in."""
        return self.received > settings.UPLOAD_LIMIT_BYTES

    @property
    def sent(self) -> int:
        """How many bytes somebody wanted to send: all that came, and where reading was stopped, what was announced."""
        return max(self.received, self._announced if self.received > DRAINED * settings.UPLOAD_LIMIT_BYTES else 0)

    def handle_raw_input(self, input_data: Any, META: dict[str, Any], content_length: int, *rest: Any) -> None:
        self._announced = content_length

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._kept = io.BytesIO()  # each file of a form has its own bytes

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        if self.received > DRAINED * settings.UPLOAD_LIMIT_BYTES:
            raise StopUpload(connection_reset=True)
        if self.is_over:
            self._kept = io.BytesIO()
        else:
            self._kept.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self._kept.seek(0)
        return InMemoryUploadedFile(
            self._kept, self.field_name, self.file_name or "", self.content_type, file_size, self.charset
        )
