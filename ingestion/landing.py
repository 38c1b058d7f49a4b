"""Landing of one received body: checked, gzipped and stored as a raw object, each body once."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from flightlake.errors import InvalidResponseError
from flightlake.layout import gzipped, raw_states_key, refused_key
from flightlake.opensky.decoder import Response, parse_response
from flightlake.ports import Clock, ObjectStore

FUTURE_TOLERANCE = timedelta(seconds=60)
"""How far a response's time may be ahead of the clock: more than clocks set by NTP differ, less than a poll's interval.

A machine whose clock is further behind refuses good responses; it keeps them as refused, and says why.
"""

LandingOutcome = Literal["landed", "duplicate"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class RawObject:
    """Key and bytes under which a response is stored."""

    key: str
    data: bytes


@dataclass(frozen=True)
class Landing:
    """Result of landing a usable response: stored now (`landed`) or found in the raw zone (`duplicate`)."""

    outcome: LandingOutcome
    key: str
    response: Response


def checked_response(body: bytes, *, now: datetime) -> Response:
    """Parse a body and check that its time is not in the future.

    Raises:
        InvalidResponseError: no usable response, or its time is ahead of `now` by more than the tolerance.
    """
    response = parse_response(body)
    ahead = response.snapshot_at - now
    if ahead > FUTURE_TOLERANCE:
        raise InvalidResponseError(
            f"time: {response.time_s} ({response.snapshot_at:%Y-%m-%d %H:%M:%S} UTC) is in the future, "
            f"{ahead.total_seconds():,.0f} s ahead of this machine's clock; check the clock"
        )
    return response


def land(store: ObjectStore, body: bytes, *, clock: Clock) -> Landing:
    """Check and store a body, byte for byte, under its response's time and its content; repeating it changes nothing.

    Raises:
        InvalidResponseError: the body is no usable response, or its time is in the future.
        StorageError: the object could not be stored.
    """
    return land_response(store, checked_response(body, now=clock.now()), body)


def land_response(store: ObjectStore, response: Response, body: bytes) -> Landing:
    """Store the body of a response that was checked already, as `land` does.

    Raises:
        StorageError: the object could not be stored.
    """
    raw = raw_object(response, body)
    return Landing(store_raw(store, raw), raw.key, response)


def raw_object(response: Response, body: bytes) -> RawObject:
    """Gzip the body of a checked response and name it; the same body gives the same object on every path."""
    return RawObject(raw_states_key(response.snapshot_at, body), gzipped(body))


def store_raw(store: ObjectStore, raw: RawObject) -> LandingOutcome:
    """Store a raw object unless its key exists.

    Raises:
        StorageError: the object could not be stored.
    """
    is_new = store.put_if_absent(raw.key, raw.data)
    logger.info("response landed", extra={"key": raw.key, "is_new": is_new})
    return "landed" if is_new else "duplicate"


def keep_refused(store: ObjectStore, body: bytes, *, received_at: datetime) -> str:
    """Store a body that is no usable response under `raw/refused/` and return its key; nothing received is lost.

    Raises:
        StorageError: the object could not be stored.
    """
    key = refused_key(received_at, body)
    store.put_if_absent(key, gzipped(body))
    logger.warning("body refused and kept", extra={"key": key})
    return key
