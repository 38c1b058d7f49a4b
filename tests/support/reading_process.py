"""A process that reads a day of a lake through the SQL engine again and again. Started by `support.workers.Reader`.

Its stdin names the day, each line a new one, and ends it; each read is a line of JSON on stdout.
"""

import json
import sys
import threading
import time
from datetime import date
from typing import Any

from support.small_days import read_day

from duckdb_engine.engine import Engine
from flightlake.errors import FlightLakeError
from flightlake.lake import Lake
from flightlake.storage.open_lake import open_lake


class Wanted:
    """What stdin has asked for last."""

    def __init__(self) -> None:
        self.day: date | None = None
        self.has_ended = False

    def follow(self) -> None:
        for line in sys.stdin:
            self.day = date.fromisoformat(line.strip())
        self.has_ended = True


def read(lake: Lake, day: date) -> dict[str, Any]:
    """Read the day once, by an engine that sees the catalog as it is now, the same for all three tables."""
    began_s = time.monotonic()
    found: dict[str, Any] = {"rows": [], "rejected": 0, "checked": 0}
    try:
        with Engine(lake) as engine:
            rows, rejected, checked = read_day(engine, day)
            found = {
                "rows": [(icao24, at.isoformat()) for icao24, at in rows],
                "rejected": rejected,
                "checked": checked,
            }
    except FlightLakeError as error:
        found["error"] = str(error)
    return {"began_s": began_s, "ended_s": time.monotonic(), "day": day.isoformat(), **found}


def main() -> None:
    """Read until stdin ends."""
    lake, wanted = open_lake(sys.argv[1]), Wanted()
    threading.Thread(target=wanted.follow, daemon=True).start()
    done = []
    while not wanted.has_ended:
        if wanted.day is None:
            time.sleep(0.01)
            continue
        done.append(read(lake, wanted.day))
    for line in done:
        sys.stdout.write(f"{json.dumps(line)}\n")


if __name__ == "__main__":
    main()
