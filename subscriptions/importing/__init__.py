"""CSV files of people: read, dry run, commit."""

from subscriptions.importing.check import check
from subscriptions.importing.commit import commit, drop
from subscriptions.importing.refusals import ImportRefused

__all__ = ["ImportRefused", "check", "commit", "drop"]
