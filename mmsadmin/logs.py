"""What the log leaves out."""

import logging


class Brief(logging.Filter):
    """One line for what is refused on purpose (403, 404, 405 …): where it was raised says nothing to anybody.

    None for a page that says we are not ready: it is asked every few seconds, and its answer is no fault of ours.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        status = getattr(record, "status_code", 500)
        if status == 503 and record.name == "django.request" and record.getMessage().endswith("/healthz/ready"):
            return False
        if status < 500:
            record.exc_info = record.exc_text = None
        return True
