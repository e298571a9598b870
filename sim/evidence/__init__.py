"""The evidence ledger: every number of the model, what it rests on, what fitting told of it and what it drives."""

from sim.evidence.ledger import Entry, ledger, matching, told_by_a_run

__all__ = ["Entry", "ledger", "matching", "told_by_a_run"]
