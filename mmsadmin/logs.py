"""What the log leaves out."""

import logging


class Brief(logging.Filter):
    """One line for what is refused on purpose (403, 404, 405 …): where it was raised says nothing to anybody."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = record.exc_text = None
        return True
