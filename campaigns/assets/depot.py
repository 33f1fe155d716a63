"""The place where files are kept: on disk or S3, which may be slow, full or away."""

import contextlib
import logging
from collections.abc import Iterator
from typing import Literal

from django.core.files.storage import default_storage
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext_lazy as _

from campaigns.models import Rendition
from subscriptions import refusals

_log = logging.getLogger(__name__)

Standing = Literal["there", "missing", "unreachable"]


class StorageAway(refusals.Refused):
    """The storage does not answer, or takes nothing; what was asked of it did not happen."""

    code = "storage_away"
    words = _("The place where files are kept does not answer now. Nothing is lost: try again in a minute.")


@contextlib.contextmanager
def asked(what: str) -> Iterator[None]:
    """Around one question to the storage. Raises FileNotFoundError for what is not there, StorageAway for all else.

    Each storage raises what its own library raises, so that nothing narrower can be named here.
    """
    try:
        yield
    except FileNotFoundError:
        raise
    except Exception as error:
        answer = getattr(error, "response", None)
        if isinstance(answer, dict) and answer.get("ResponseMetadata", {}).get("HTTPStatusCode") == 404:
            raise FileNotFoundError(what) from error
        _log.warning("The storage failed for %s: %s: %s", what, type(error).__name__, error)
        raise StorageAway(found=type(error).__name__) from error


def forget(stored: FieldFile) -> None:
    """Delete a file that nothing will name; one that cannot be deleted now is left behind."""
    with contextlib.suppress(FileNotFoundError, StorageAway), asked(str(stored.name)):
        stored.delete(save=False)


def answers() -> bool:
    """Whether the storage answers now; whether a file is there does not matter."""
    try:
        with asked("a sign of life"):
            default_storage.exists("healthz")
    except StorageAway:
        return False
    except FileNotFoundError:
        return True
    return True


def standing(rendition: Rendition) -> Standing:
    """Whether a file could be sent now: there and whole, missing (or of another size), or nobody can tell.

    One small question to the storage, which takes some seconds where S3 is away (see S3_WAIT_S in the settings).
    """
    try:
        with asked(str(rendition.file.name)):
            is_whole = rendition.file.storage.size(str(rendition.file.name)) == rendition.bytes
    except FileNotFoundError:
        return "missing"
    except StorageAway:
        return "unreachable"
    return "there" if is_whole else "missing"
