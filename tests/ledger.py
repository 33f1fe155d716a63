"""Whether the tallies of a run say what its messages say."""

from collections import Counter

from campaigns.lifecycle import tallies
from campaigns.models import Message, Run, Tally
from subscriptions.models import SenderNumber


def is_true(run: Run) -> bool:
    """Every sum by state and reason, and every shard, is what counting the messages gives."""
    kept: Counter[tuple[str, str]] = Counter()
    for tally in Tally.objects.filter(run=run):
        kept[(tally.state, tally.reason)] += tally.count
    counted = tallies.counted(run_id=run.pk)
    waiting = Counter(Message.objects.filter(run=run, state="pending").values_list("number_id", flat=True))
    shards = {tally.shard: tally.count for tally in Tally.objects.filter(run=run, state="pending") if tally.count}
    return {key: n for key, n in kept.items() if n} == dict(counted) and shards == {
        number or 0: n for number, n in waiting.items()
    }


def retire(number: SenderNumber) -> None:
    """Switch a number off."""
    number.is_active = False
    number.save()
