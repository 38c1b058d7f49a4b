"""Parsing of a client's requests, with the reason where one is refused."""

import json
from dataclasses import dataclass

from multidict import MultiMapping

from simulator.sky import Box

# Source: OpenSky REST API documentation, state of 2026-07-20.
ANONYMOUS_RESOLUTION_S = 10
RESOLUTION_S = 5
OLDEST_S = 3_600
BOX_NAMES = ("lamin", "lomin", "lamax", "lomax")
LONGEST_GROUND_TRUTH_S = 31 * 86_400
LATEST_S = 253_402_300_799  # the last second of the year 9999, beyond which Python has no datetime


class RefusedQueryError(ValueError):
    """A request that is answered with status 400; its text says what is wrong."""


@dataclass(frozen=True)
class StatesQuery:
    """A request for state vectors; `at_s` is the unix second asked for, rounded down to the resolution."""

    at_s: int
    box: Box | None
    icao24: frozenset[str]
    is_extended: bool


def states_query(asked: MultiMapping[str], now_s: float, *, is_anonymous: bool) -> StatesQuery:
    """Parse a request for state vectors; anonymous clients always ask for now.

    A `time` of 0 or in the future also means now.

    Raises:
        RefusedQueryError: a value is no number, the box is incomplete or impossible, `time` is over an hour back.
    """
    resolution_s = ANONYMOUS_RESOLUTION_S if is_anonymous else RESOLUTION_S
    at_s = 0 if is_anonymous else _whole_number(asked, "time", default=0)
    if at_s == 0 or at_s > now_s:
        at_s = int(now_s)
    if at_s < int(now_s) - OLDEST_S:
        raise RefusedQueryError(f"time {at_s} is more than {OLDEST_S} s ago")
    return StatesQuery(
        at_s=at_s - at_s % resolution_s,
        box=_box(asked),
        icao24=frozenset(address.lower() for address in asked.getall("icao24", [])),
        is_extended=asked.get("extended", "0") in {"1", "true"},
    )


def ground_truth_window(asked: MultiMapping[str], now_s: float, start_s: int) -> tuple[int, int]:
    """Parse begin and end of the true flights asked for: by default from the simulation's start until now.

    Raises:
        RefusedQueryError: a value is no whole number, the end is before the begin, or more than 31 days are asked for.
    """
    end_s = _whole_number(asked, "end", default=int(now_s))
    begin_s = _whole_number(asked, "begin", default=min(start_s, end_s))
    if not 0 <= end_s - begin_s <= LONGEST_GROUND_TRUTH_S:
        possible = f"ask for 0 to {LONGEST_GROUND_TRUTH_S} s"
        raise RefusedQueryError(f"begin {begin_s} to end {end_s} is not possible: {possible}")
    return begin_s, end_s


def step_target(body: str) -> float:
    """Parse the unix second to which a stepped clock is to move: `{"now": 1746727200.0}`.

    Raises:
        RefusedQueryError: the body is no such JSON, or the number is no second that has a date.
    """
    try:
        at_s = float(json.loads(body)["now"])
    except (ValueError, KeyError, TypeError, OverflowError):
        raise RefusedQueryError('the body must be JSON with unix seconds, such as {"now": 1746727200.0}') from None
    if not 0 <= at_s <= LATEST_S:
        raise RefusedQueryError(f"now {at_s:g} is not possible: give unix seconds from 0 to {LATEST_S}")
    return at_s


def _box(asked: MultiMapping[str]) -> Box | None:
    given = [name for name in BOX_NAMES if name in asked]
    if not given:
        return None
    if len(given) < len(BOX_NAMES):
        raise RefusedQueryError(f"a box needs {', '.join(BOX_NAMES)}; given: {', '.join(given)}")
    south, west, north, east = (_number(asked, name) for name in BOX_NAMES)
    if not (-90 <= south <= north <= 90 and -180 <= west <= east <= 180):
        raise RefusedQueryError(f"no box: latitude {south} to {north}, longitude {west} to {east}")
    return Box(south, west, north, east)


def _number(asked: MultiMapping[str], name: str) -> float:
    try:
        return float(asked[name])
    except ValueError as exc:
        raise RefusedQueryError(f"{name} {asked[name]!r} is no number") from exc


def _whole_number(asked: MultiMapping[str], name: str, *, default: int) -> int:
    text = asked.get(name)
    if text is None:
        return default
    if not text.removeprefix("-").isdecimal() or len(text) > 12:
        raise RefusedQueryError(f"{name} {text!r} is no unix time in whole seconds")
    return int(text)
