"""Literal state vectors and responses, as OpenSky sends them."""

import json
from datetime import UTC, date, datetime
from typing import Any

from flightlake.layout import gzipped, raw_states_key
from flightlake.ports import ObjectStore

NOON = int(datetime(2026, 5, 8, 12, tzinfo=UTC).timestamp())
DAY = date(2026, 5, 8)

_FIELDS = (
    *("icao24", "callsign", "origin_country", "time_position", "last_contact", "longitude", "latitude"),
    *("baro_altitude", "on_ground", "velocity", "true_track", "vertical_rate", "sensors", "geo_altitude"),
    *("squawk", "spi", "position_source", "category"),
)


def vector(*, at: int = NOON, **changes: Any) -> list[Any]:
    """Return a good state vector of 17 fields, or of 18 with `category`, heard a second before `at`."""
    good = {
        "icao24": "3c6444",
        "callsign": "DLH9LF  ",
        "origin_country": "Germany",
        "time_position": at - 2,
        "last_contact": at - 1,
        "longitude": 8.5,
        "latitude": 50.25,
        "baro_altitude": 10668,
        "on_ground": False,
        "velocity": 230.5,
        "true_track": 90.25,
        "vertical_rate": -0.33,
        "sensors": None,
        "geo_altitude": 10820.4,
        "squawk": "1000",
        "spi": False,
        "position_source": 0,
    }
    unknown = set(changes) - set(_FIELDS)
    assert not unknown, unknown
    return list((good | changes).values())


def body(*rows: Any, time: Any = NOON) -> bytes:
    """Return a response body with these rows."""
    return json.dumps({"time": time, "states": list(rows)}).encode()


def landed(store: ObjectStore, response: bytes, *, time: int = NOON) -> str:
    """Put a body into the raw zone under the key of `time`, unchecked; return the key."""
    key = raw_states_key(datetime.fromtimestamp(time, UTC), response)
    store.put_if_absent(key, gzipped(response))
    return key
