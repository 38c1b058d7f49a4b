"""Make the frozen lake of a release: a small lake, written from the simulator by the very commands of that release.

    .venv/bin/python tests/data/make_lake.py [FOLDER]

By default it lies beside this script, under the version's name. Run once, at the release: a frozen lake is never
written anew, since people have lakes that look like it.
"""

import gzip
import json
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from flightlake import __version__
from simulator.server import SimulatorServer
from simulator.sky import Sky

ROOT = Path(__file__).parents[2]
START = datetime(2026, 5, 8, 23, 56, 30, tzinfo=UTC)
FIRST_DAY, SECOND_DAY = "2026-05-08", "2026-05-09"
IMPOSSIBLE_SPEED_MPS = 2503
SPEED_FIELD, TIME_KEY = 9, "time"


def main(lake: Path) -> None:
    """Poll over midnight, land an impossible row, convert, convert the second day anew, take that back."""
    if lake.exists():
        sys.exit(f"{lake} is there already: a frozen lake is never written anew")
    sky = Sky(seed=11, start=START, aircraft_count=6)
    sky.observations(sky.epoch_s)
    with SimulatorServer(sky, start=START, speed=60) as server:
        flightlake("poll", lake, "--source", server.url, "--count", "4", "--interval", "90")
    flightlake("land", lake, str(with_an_impossible_row(lake)))
    flightlake("convert", lake)
    time.sleep(1)  # commits sort by the second in which they were made
    flightlake("convert", lake, "--rebuild", "--date", SECOND_DAY)
    flightlake("rollback", lake, "states", "--date", SECOND_DAY)
    drop_leftovers(lake)


def flightlake(command: str, lake: Path, *arguments: str) -> None:
    program = "from cli.app import main; main()"
    subprocess.run([sys.executable, "-c", program, command, "--lake", str(lake), *arguments], cwd=ROOT, check=True)


def with_an_impossible_row(lake: Path) -> Path:
    """Write a file with the first response a few seconds later, its first aircraft faster than any; return its path."""
    first = min((lake / "raw" / "states").rglob(f"*{FIRST_DAY.replace('-', '')}*.json.gz"))
    response = json.loads(gzip.decompress(first.read_bytes()))
    response[TIME_KEY] += 7
    response["states"][0][SPEED_FIELD] = IMPOSSIBLE_SPEED_MPS
    path = Path(tempfile.mkdtemp()) / "faster.json"
    path.write_text(json.dumps(response))
    return path


def drop_leftovers(lake: Path) -> None:
    """Remove the empty files by which writers take turns; every writer makes them anew."""
    for path in lake.glob(".*.lock"):
        path.unlink()


if __name__ == "__main__":
    main(Path(*sys.argv[1:2]) if len(sys.argv) > 1 else Path(__file__).with_name(f"lake-{__version__}"))
