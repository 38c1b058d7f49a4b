"""Landing of recorded responses from files into a new lake in a folder, beside a loop in one process.

    .venv/bin/python -m benchmarks.landing [RECORDED_FOLDER]

The files are gzips of recorded global responses, whose times are moved so that each is another response. Ours is the
command `flightlake land`, from its start, with a process for each core. The peer is one process that does the same for
one file after the other, with the same checks and the same stored bytes; both lakes are compared. The least is what
nobody can leave out, in one process: unpack, `json.loads`, gzip and one file for each response, without checks.
"""

import gzip
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path

from benchmarks.findings import Row, is_small, report
from benchmarks.judging import RECORDED
from flightlake.clock import SystemClock
from flightlake.lake import Lake
from flightlake.layout import RAW_STATES_PREFIX, gzipped
from flightlake.storage.open_lake import open_lake
from ingestion.landing import land
from ingestion.response_files import read_body

RESPONSES = 40 if is_small() else 760
LIMIT_S, LIMIT_RATIO = 30.0, 0.65
_TIME = re.compile(rb'"time"\s*:\s*(\d+)')

Seconds = tuple[float, float]
"""On the wall and of processors."""


def write_files(recorded: Path, folder: Path) -> int:
    """Write the files to land and return their rows; each pass through the recorded ones is a second later."""
    bodies = [read_body(path) for path in sorted(recorded.glob("global_2*/*.json.gz"))]
    if not bodies:
        sys.exit(f"no recorded responses under {recorded}/global_2*; name a folder that holds them")
    row_counts = [len(json.loads(body)["states"]) for body in bodies]
    total = 0
    for number, (body, rows) in enumerate(islice(cycle(zip(bodies, row_counts, strict=True)), RESPONSES)):
        time_s = int(_TIME.search(body)[1]) + number // len(bodies)  # type: ignore[index]  # every body has one
        moved = _TIME.sub(b'"time":%d' % time_s, body, count=1)
        (folder / f"{number:04}.json.gz").write_bytes(gzip.compress(moved, compresslevel=6))
        total += rows
    return total


def timed(work: Callable[[], None]) -> Seconds:
    def processor_s() -> float:
        return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))

    wall_s, cpu_s = time.perf_counter(), processor_s()
    work()
    return time.perf_counter() - wall_s, processor_s() - cpu_s


def by_command(files: Path, lake: str) -> None:
    script = "from cli.app import main; main()"
    subprocess.run([sys.executable, "-c", script, "land", "--lake", lake, str(files)], check=True, capture_output=True)


def one_by_one(files: Path, lake: str) -> None:
    store, clock = open_lake(lake, create=True).store, SystemClock()
    for path in sorted(files.iterdir()):
        land(store, read_body(path), clock=clock)


def least(files: Path, folder: Path) -> None:
    folder.mkdir()
    for path in sorted(files.iterdir()):
        body = gzip.decompress(path.read_bytes())
        json.loads(body)
        (folder / path.name).write_bytes(gzipped(body))


def are_equal(one: Lake, other: Lake) -> bool:
    keys = [info.key for info in one.store.list(RAW_STATES_PREFIX)]
    return len(keys) == RESPONSES and all(one.store.get(key) == other.store.get(key) for key in keys)


def shown(seconds: Seconds) -> str:
    return f"{seconds[0]:.1f} s ({seconds[1]:.1f} s of processors)"


def main() -> None:
    recorded = Path(sys.argv[1]) if len(sys.argv) > 1 else RECORDED
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = folder / "files"
        files.mkdir()
        row_count = write_files(recorded, files)
        loop = timed(lambda: one_by_one(files, f"{folder}/loop"))
        ours = timed(lambda: by_command(files, f"{folder}/ours"))
        bare = timed(lambda: least(files, folder / "least"))
        assert are_equal(open_lake(f"{folder}/ours"), open_lake(f"{folder}/loop"))
    what = f"`land` of {RESPONSES:,} recorded responses, {row_count / 1e6:.1f} M rows, {os.cpu_count()} cores"
    ratio, is_large = ours[0] / loop[0], not is_small()
    report(
        "landing",
        [
            Row(what, shown(ours), "", None, f"<= {LIMIT_S:.0f} s", ours[0] <= LIMIT_S if is_large else None),
            Row(
                "the same",
                shown(ours),
                f"a loop in one process: {shown(loop)}",
                ratio,
                f"<= {LIMIT_RATIO}",
                ratio <= LIMIT_RATIO if is_large else None,
            ),
            Row("the same", shown(ours), f"no checks, one process: {shown(bare)}", ours[0] / bare[0], "", None),
        ],
    )


if __name__ == "__main__":
    main()
