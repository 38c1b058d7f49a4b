"""Answers of a stale or thinned feed: valid, but old or with few aircraft."""

from dataclasses import replace

import numpy as np

from simulator.observation import Observations
from simulator.queries import StatesQuery

TROUBLES = ("repeat", "back", "dip")
BACK_S = 300
KEPT_OF_A_DIP = 10


def delayed(asked: StatesQuery, trouble: str | None, last_at_s: int | None) -> StatesQuery:
    """Return the query that is answered instead: for the second of the last answer, or for an earlier one.

    Args:
        asked: the query as received.
        trouble: one of `TROUBLES`, or None.
        last_at_s: the unix second of the last answer; None before the first.
    """
    if last_at_s is None or trouble not in ("repeat", "back"):
        return asked
    return replace(asked, at_s=last_at_s if trouble == "repeat" else last_at_s - BACK_S)


def thinned(seen: Observations, trouble: str | None) -> Observations:
    """Return every tenth row for the trouble `dip`, else all."""
    if trouble != "dip":
        return seen
    kept = np.arange(0, len(seen.icao24), KEPT_OF_A_DIP)
    return Observations(**{name: column[kept] for name, column in vars(seen).items()})
