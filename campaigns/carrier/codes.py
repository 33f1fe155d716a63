"""The carrier's own refusals and failures: number, status of the answer, words."""

from __future__ import annotations

MALFORMED = 40000
BAD_NUMBER = 40001
MEDIA_UNREACHABLE = 40002
OPTED_OUT = 40003
TOO_LARGE = 40004
MEDIA_TYPE = 40005
SENDER_CANNOT_MMS = 40006
NOT_AUTHORISED = 40101
UNREACHABLE_PHONE = 40301
NOT_FOUND = 40401
NO_WEBHOOK = 40901
TOO_FAST = 42901
SERVER_ERROR = 50001
UNAVAILABLE = 50301

WORDS: dict[int, str] = {
    MALFORMED: "The request is not what this call takes",
    BAD_NUMBER: "Not a number this carrier reaches",
    MEDIA_UNREACHABLE: "The media could not be fetched",
    OPTED_OUT: "The recipient has opted out",
    TOO_LARGE: "Text and media together are over the limit",
    MEDIA_TYPE: "The media is of a type that is not carried, or not what it says it is",
    SENDER_CANNOT_MMS: "This sender cannot send MMS",
    NOT_AUTHORISED: "Wrong or missing bearer secret",
    UNREACHABLE_PHONE: "The phone cannot be reached",
    NOT_FOUND: "No such thing here",
    NO_WEBHOOK: "No webhook is registered for this account",
    TOO_FAST: "Too many requests",
    SERVER_ERROR: "Something went wrong here",
    UNAVAILABLE: "Out of service for the moment",
}


def status_of(code: int) -> int:
    """The HTTP status a code is answered with: its first three digits, 400 for the whole 400xx family."""
    return code // 100
