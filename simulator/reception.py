"""Reception model: which aircraft the network hears, when last, and how long silent ones stay in the answer.

Measured in 393,411 rows of 2025-12-31 and 2026-05-08 as `time` less `last_contact`: 0 s 31 %, 1 s 44 %, above 15 s
15 %, above 60 s 10 %, nearly even from there to 300 s, none above 315 s.
Everything is a function of aircraft and second, so an aircraft that was not heard again keeps its last row.
"""

from dataclasses import dataclass

import numpy as np

from simulator.airports import coverage_grid, load_airports
from simulator.fleet import Fleet
from simulator.flight_profile import heard_from_s, heard_until_s
from simulator.kinematics import Legs, legs_at, true_states
from simulator.seeded_random import Bools, Floats, Ints, draw

FORGOTTEN_AFTER_S = 300  # and up to 15 s more, as the server forgets in rounds
ROUND_S = 16
# Reception is drawn anew per aircraft and block of ten minutes.
BLOCK_S = 600
GAP_SHARE = 0.25  # of the blocks hold a silence of 60 to 420 s: chosen so that 10 % lag above 60 s comes out
GAP_RANGE_S = (60, 420)
SPARSE_SHARE = 0.15  # of the blocks are heard only every 2 to 60 s, more often the short ones
SPARSE_RANGE_S = (2, 60)
PROMPT_SHARE = 0.41  # of the aircraft lag 0 s when well heard, the others 1 s
# Share of airports whose ground traffic is heard; at the others aircraft appear at 100 to 600 m. Chosen so that the
# recorded 8.5 % of rows on the ground come out; receivers stand near hubs more often.
HUB_GROUND_SHARE = 0.8
FIELD_GROUND_SHARE = 0.25
HIDDEN_BELOW_M = (100.0, 600.0)
# Feed dips. Recorded: one response lost 13 % of its aircraft, all those unheard for a minute and some others, and some
# came back. How often is not recorded; ours: in one hour of eight, for two minutes.
DIP_HOUR_SHARE = 1 / 8
DIP_S = 120
DIP_LOSS_SHARE = 0.03
DIP_FORGOTTEN_AFTER_S = 60


@dataclass(frozen=True)
class Heard:
    """Aircraft in an answer and the unix second in which each was last heard."""

    aircraft: Ints
    last_contact_s: Ints


class Reception:
    """Receiver network over a fleet."""

    def __init__(self, fleet: Fleet, *, seed: int, epoch_s: int) -> None:
        self._fleet, self._seed, self._epoch_s = fleet, seed, epoch_s
        self._everyone = np.arange(len(fleet))
        self._coverage = coverage_grid()
        height_m = _hidden_below_m(seed)
        self.heard_from_s: Floats = np.ceil(heard_from_s(fleet.profile, height_m[fleet.departure]))
        self.heard_until_s: Floats = np.floor(heard_until_s(fleet.profile, height_m[fleet.arrival]))
        self._delay_s = (draw(seed, "prompt", self._everyone) >= PROMPT_SHARE).astype(np.int64)
        self._forgotten_after_s = FORGOTTEN_AFTER_S + (ROUND_S * draw(seed, "round", self._everyone)).astype(np.int64)

    def heard_at(self, now_s: int) -> Heard:
        """Return the aircraft in the answer of a unix second."""
        last_s = self._last_message_s(self._everyone, now_s)
        near = now_s - last_s <= self._forgotten_after_s
        aircraft, last_s = self._everyone[near], last_s[near]
        covered_s = self._last_covered_s(aircraft, last_s)
        near = now_s - covered_s <= self._forgotten_after_s[aircraft]
        aircraft, last_s = aircraft[near], covered_s[near]
        if self.is_dip(now_s):
            kept = (now_s - last_s <= DIP_FORGOTTEN_AFTER_S) & (
                draw(self._seed, "dip loss", aircraft, now_s // DIP_S) >= DIP_LOSS_SHARE
            )
            aircraft, last_s = aircraft[kept], last_s[kept]
        return Heard(aircraft, last_s)

    def is_dip(self, now_s: int) -> bool:
        """Return whether the feed loses aircraft in this second."""
        happens, when = draw(self._seed, "dip", np.arange(2), now_s // 3_600)
        begin_s = int(when * (3_600 - DIP_S))
        return bool(happens < DIP_HOUR_SHARE and 0 <= now_s % 3_600 - begin_s < DIP_S)

    def _last_message_s(self, aircraft: Ints, now_s: int) -> Ints:
        """Return the last second with a transmission and no gap in reception; far in the past if never."""
        latest = now_s - self._delay_s[aircraft]
        legs = legs_at(self._fleet, self._epoch_s, aircraft, latest)
        until_s = legs.started_at_s + self.heard_until_s[legs.row].astype(np.int64)
        from_s = legs.started_at_s + self.heard_from_s[legs.row].astype(np.int64)
        last_s = self._before_silence_s(aircraft, np.minimum(latest, until_s))
        return np.where(latest < from_s, now_s - 10 * FORGOTTEN_AFTER_S, np.maximum(last_s, from_s))

    def _before_silence_s(self, aircraft: Ints, at_s: Ints) -> Ints:
        """Return the last second up to `at_s` that lies in no gap and, where reception is sparse, had a message."""
        phase_s = (draw(self._seed, "block", aircraft) * BLOCK_S).astype(np.int64)
        block = (at_s + phase_s) // BLOCK_S
        begin_s = block * BLOCK_S - phase_s
        kind, size, place = (draw(self._seed, name, aircraft, block) for name in ("fate", "size", "place"))
        shortest, longest = GAP_RANGE_S
        gap_s = shortest + size * (longest - shortest)
        gap_begin_s = begin_s + (place * (BLOCK_S - gap_s)).astype(np.int64)
        is_gap = (kind < GAP_SHARE) & (at_s > gap_begin_s) & (at_s < gap_begin_s + gap_s)
        at_s = np.where(is_gap, gap_begin_s, at_s)
        often, seldom = SPARSE_RANGE_S
        period_s = (often * (seldom / often) ** size).astype(np.int64)
        sparse = (kind >= GAP_SHARE) & (kind < GAP_SHARE + SPARSE_SHARE)
        return np.where(sparse, begin_s + (at_s - begin_s) // period_s * period_s, at_s)

    def _last_covered_s(self, aircraft: Ints, at_s: Ints) -> Ints:
        """Return the last second up to `at_s` in which a receiver was near; unchanged where one is near now.

        An aircraft that flew out of reach within the time of being forgotten is followed back by bisection.
        """
        lost = np.flatnonzero(~self._is_covered(aircraft, at_s))
        result = at_s.copy()
        high = at_s[lost]
        low = high - FORGOTTEN_AFTER_S - ROUND_S
        result[lost] = low - FORGOTTEN_AFTER_S
        followed = self._is_covered(aircraft[lost], low)
        lost, low, high = lost[followed], low[followed], high[followed]
        while len(lost) and (high - low).max() > 1:
            middle = (low + high) // 2
            covered = self._is_covered(aircraft[lost], middle)
            low, high = np.where(covered, middle, low), np.where(covered, high, middle)
        result[lost] = low
        return result

    def _is_covered(self, aircraft: Ints, at_s: Ints) -> Bools:
        legs: Legs = legs_at(self._fleet, self._epoch_s, aircraft, at_s)
        states = true_states(self._fleet, legs)
        row = np.clip(np.floor(states.latitude_deg + 90), 0, 179).astype(np.int64)
        column = np.floor(states.longitude_deg + 180).astype(np.int64) % 360
        covered: Bools = self._coverage[row, column]
        return covered


def _hidden_below_m(seed: int) -> Floats:
    """Return for each airport the height below which nothing is heard; 0 where the ground itself is."""
    airports = load_airports()
    number = np.arange(len(airports.icao))
    share = np.where(airports.hub_weight > 0, HUB_GROUND_SHARE, FIELD_GROUND_SHARE)
    lowest, highest = HIDDEN_BELOW_M
    height_m = lowest + (highest - lowest) * draw(seed, "hidden height", number)
    return np.where(draw(seed, "ground receiver", number) < share, 0.0, height_m)
