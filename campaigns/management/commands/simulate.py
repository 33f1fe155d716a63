"""`manage.py simulate`: when a large send would be over, and what it would ask of this installation."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from campaigns.sending import drain, simulate


class Command(BaseCommand):
    help = (
        "Play a send through with the pacer's own clocks, in a moment and without sending anything: when the last "
        "message leaves, how the queue empties, and what the database and the processes have to bear."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--people", type=int, default=10_000_000)
        parser.add_argument(
            "--numbers",
            default="10x100,40x30,50x3,400x1",
            help="how many numbers of which rate in parts a second, for example 2x100,20x1 (default: %(default)s)",
        )
        parser.add_argument("--drainers", type=int, default=4, help="processes that drain (default: %(default)s)")
        parser.add_argument("--parts", type=int, default=1, help="parts of a message (default: %(default)s)")
        parser.add_argument("--answer-ms", type=float, default=50.0, help="how long a provider takes to answer")
        parser.add_argument("--cpu-us", type=float, default=500.0, help="CPU microseconds of a message (`make bench`)")

    def handle(self, *args: Any, **options: Any) -> None:
        rates = _rates(options["numbers"])
        costs = simulate.Costs(drain.IN_FLIGHT, options["answer_ms"] / 1_000, options["cpu_us"] / 1_000_000)
        try:
            outcome = simulate.run(
                people=options["people"],
                rates=rates,
                drainers=options["drainers"],
                costs=costs,
                slice_s=drain.SLICE_S,
                parts=options["parts"],
            )
        except ValueError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"{outcome.people:,} people, {len(rates):,} numbers, {options['drainers']} processes that drain"
        )
        self.stdout.write(f"the last message leaves after {_time(outcome.ends_s)}")
        for rate, ends_s in sorted(outcome.ends_by_rate.items(), reverse=True):
            self.stdout.write(f"  {rates.count(rate):,} x {rate:g} parts/s: after {_time(ends_s)}")
        self.stdout.write(f"processes that drain are busy {outcome.busy:.0%} of that time")
        self.stdout.write(
            f"database: {outcome.statements:,} statements; broker: {outcome.broker:,} bells beside the ticks"
        )
        self.stdout.write(f"{'after':>12} {'waiting':>12} {'messages/s':>12} {'statements/s':>13}")
        for sample in outcome.samples:
            self.stdout.write(
                f"{_time(sample.at_s):>12} {sample.waiting:>12,} {sample.rate:>12,.0f} {sample.statements:>13,.0f}"
            )


def _rates(words: str) -> list[float]:
    """'2x100,20x1' as rates. Raises CommandError."""
    found: list[float] = []
    try:
        for word in words.split(","):
            count, _x, rate = word.strip().partition("x")
            found += [float(rate)] * int(count)
    except ValueError:
        raise CommandError(f"“{words}” is not a list of numbers: write for example 2x100,20x1.") from None
    return found


def _time(seconds: float) -> str:
    hours, rest = divmod(round(seconds), 3_600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}"
