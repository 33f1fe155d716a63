"""Storms: real processes, killed and troubled in every way, and a checker that holds the ledger against the carrier's
own record. `tests/faults` runs small ones, `python -m storm` (`make storm`) the whole."""
