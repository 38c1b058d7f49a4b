"""True flights behind the answers, to test flight detection against."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from simulator.airports import load_airports
from simulator.fleet import Fleet
from simulator.reception import Reception
from simulator.routes import LEG_COUNT
from simulator.seeded_random import Ints


@dataclass(frozen=True)
class TrueFlight:
    """One flight; unix seconds.

    `departure_at` and `arrival_at` are lift-off and touchdown. `first_seen_at` and `last_seen_at` are the first and the
    last second in which a receiver at the airport could hear it: on the ground where ground traffic is heard, at some
    hundred metres elsewhere. Gaps in between are not given.
    """

    flight_id: str
    icao24: str
    callsign: str
    departure_airport_icao: str
    arrival_airport_icao: str
    departure_at: int
    arrival_at: int
    first_seen_at: int
    last_seen_at: int

    def as_json(self) -> dict[str, Any]:
        """Return the flight as a JSON object."""
        return asdict(self)


def flights_between(fleet: Fleet, reception: Reception, epoch_s: int, *, begin_s: int, end_s: int) -> list[TrueFlight]:
    """Return the flights that overlap two unix seconds between first and last seen, by take-off and address."""
    period_s = np.repeat(fleet.slot_s[:, -1], LEG_COUNT)
    first_start_s = epoch_s + (fleet.slot_s[:, :-1] - fleet.offset_s[:, None]).ravel()
    from_s = first_start_s + reception.heard_from_s.astype(np.int64)
    until_s = first_start_s + reception.heard_until_s.astype(np.int64)
    first_turn = -((until_s - begin_s) // period_s)  # the least whole n with until + n x period >= begin
    last_turn = (end_s - from_s) // period_s
    turns = np.maximum(last_turn - first_turn + 1, 0)
    leg = np.repeat(np.arange(len(turns)), turns)
    turn = np.repeat(first_turn, turns) + np.arange(len(leg)) - np.repeat(np.cumsum(turns) - turns, turns)
    return _flights(fleet, reception, leg, first_start_s[leg] + turn * period_s[leg])


def _flights(fleet: Fleet, reception: Reception, leg: Ints, started_at_s: Ints) -> list[TrueFlight]:
    """Return the flights of these legs, given the start of each in unix seconds."""
    airport = load_airports().icao
    icao24 = fleet.icao24[leg // LEG_COUNT]
    columns = [
        *(icao24, fleet.callsign[leg], airport[fleet.departure[leg]], airport[fleet.arrival[leg]]),
        np.round(started_at_s + fleet.profile.take_off_s[leg]).astype(np.int64),
        np.round(started_at_s + fleet.profile.touchdown_s[leg]).astype(np.int64),
        started_at_s + reception.heard_from_s[leg].astype(np.int64),
        started_at_s + reception.heard_until_s[leg].astype(np.int64),
    ]
    rows = zip(*(column.tolist() for column in columns), strict=True)
    flights = [TrueFlight(f"{row[0]}_{row[4]}", *row) for row in rows]
    return sorted(flights, key=lambda flight: (flight.departure_at, flight.icao24))
