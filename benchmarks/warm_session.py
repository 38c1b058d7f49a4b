"""Convert the day of one lake after another within one Spark session, as told on standard input; for other benchmarks.

The first line out is how long the session took to start; then for each lake (one path a line) the seconds of a rebuild.
"""

import json
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks.findings import ROOT
from benchmarks.processes import watched
from benchmarks.synthetic_day import DAY
from cli.spark.local_session import local_spark_session
from flightlake.clock import SystemClock
from flightlake.publishing.publisher import Publisher
from flightlake.publishing.registry import STATES_LOG
from flightlake.storage.open_lake import open_lake
from glue_jobs.build.day_builder import SparkDayBuilder


class WarmSession:
    """A process with a Spark session that stays; use it in a `with` block."""

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "benchmarks.warm_session"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, cwd=ROOT
        )
        self._watched = watched(self._process.pid)
        self.peak = self._watched.__enter__()
        self.start_s = self._answer()
        return self

    def __exit__(self, _kind: type | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self._watched.__exit__()
        self._process.communicate()

    def convert(self, lake: Path) -> float:
        """Rebuild a lake's day and return the seconds it took."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{lake}\n")
        return self._answer()

    def _answer(self) -> float:
        assert self._process.stdout is not None
        return float(json.loads(self._process.stdout.readline() or "null"))


def converted(lake_path: str) -> float:
    """Rebuild the day of a lake; return seconds."""
    lake, started_s = open_lake(lake_path), time.perf_counter()
    conversion = Publisher(
        STATES_LOG, SparkDayBuilder(local_spark_session, lake.store), lake.store, lake.catalog, SystemClock()
    )
    (result,) = conversion.run([DAY], rebuild=True)
    if not result.published:
        sys.exit(f"{lake_path}: not published: {result.reason}")
    return time.perf_counter() - started_s


def main() -> None:
    started_s = time.perf_counter()
    spark = local_spark_session()
    print(json.dumps(time.perf_counter() - started_s), flush=True)
    for line in sys.stdin:
        print(json.dumps(converted(line.strip())), flush=True)
    spark.stop()


if __name__ == "__main__":
    main()
