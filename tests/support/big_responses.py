"""Responses of any size, and the cost of landing and evaluating them, measured in a separate process."""

import json
import resource
import subprocess
import sys
from pathlib import Path

from support.vectors import NOON

from flightlake.clock import SystemClock
from flightlake.quality.evaluate import evaluate
from flightlake.storage.open_lake import open_lake
from ingestion.landing import checked_response, land_response
from ingestion.landing_files import LandingTally, land_files

ROOT = Path(__file__).parents[2]


def rows_body(row_count: int) -> bytes:
    """Return a response of `row_count` aircraft with different addresses and mostly different values."""
    rows = (
        f'["{number:06x}","DLH{number % 9999}","Germany",{NOON - number % 60 - 2},{NOON - number % 60 - 1},'
        f"{number % 180}.{number % 9973:04},{number % 90}.{number % 7919:04},{number % 12_000}.5,false,230.25,90.25,"
        f'-0.33,null,10820.4,"{number % 7777:04}",false,0]'
        for number in range(row_count)
    )
    return b'{"time":%d,"states":[%s]}' % (NOON, ",".join(rows).encode())


def text_body(character_count: int) -> bytes:
    """Return a response of one aircraft whose callsign has so many characters."""
    return rows_body(1).replace(b"DLH0", b"A" * character_count)


def written(path: Path, body: bytes) -> Path:
    path.write_bytes(body)
    return path


def cost_of(command: str, path: Path, lake: Path) -> dict[str, float]:
    """Return what a command of this module's `main` tells when a process of its own runs it."""
    script = f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / 'tests')!r}]; import support.big_responses as big"
    done = subprocess.run(
        [sys.executable, "-c", f"{script}; big.main()", command, str(path), str(lake)],
        capture_output=True,
        text=True,
        check=True,
        timeout=900,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    """Land a file, or check, land and evaluate its body as the poller does; print rows and peak memory as JSON."""
    command, path, lake = sys.argv[1:]
    store = open_lake(lake, create=True).store
    rows = rejected = 0
    if command == "land":
        tally = LandingTally()
        assert sum(1 for _ in land_files(store, [Path(path)], tally, clock=SystemClock())) == 1
        rows = tally.landed
    elif command == "poll":
        body = Path(path).read_bytes()
        response = checked_response(body, now=SystemClock().now())
        land_response(store, response, body)
        judgement = evaluate(response)
        rows, rejected = judgement.row_count, len(judgement.rejections)
    sys.stdout.write(json.dumps({"rows": rows, "rejected": rejected, "peak_mb": peak_mb()}))


def peak_mb() -> float:
    """Return the most memory that this process has held so far, in MB; not what its parent held when it was forked."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * 1024)  # macOS counts bytes
    (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024
