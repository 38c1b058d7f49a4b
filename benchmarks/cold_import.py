"""How long a fresh process takes to import the poller's handler, beyond the start of Python itself.

    .venv/bin/python -m benchmarks.cold_import

Measured twice: from the checkout, and from dist/poller.zip as Lambda unpacks it (`make package` builds it). There no
bytecode lies beside the modules of the package, and none can be kept, so every cold start compiles them; the standard
library and boto3 come with the runtime, with theirs. `benchmarks.poll_handler` publishes the figures.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from zipfile import ZipFile

from benchmarks.findings import ROOT, is_small

STARTS = 5 if is_small() else 21
PACKAGE = ROOT / "dist" / "poller.zip"


def seconds_beyond_start() -> dict[str, list[float]]:
    """Return the seconds of each import of the handler, less those of a bare Python, by the place it comes from."""
    with tempfile.TemporaryDirectory() as folder:
        places = {"from the checkout": {"PYTHONPATH": str(ROOT)}}
        if PACKAGE.exists():
            with ZipFile(PACKAGE) as archive:
                archive.extractall(folder)
            places["from the package, without bytecode"] = {"PYTHONPATH": folder, "PYTHONDONTWRITEBYTECODE": "1"}
        beyond: dict[str, list[float]] = {place: [] for place in places}
        for _ in range(STARTS):
            for place, environment in places.items():
                bare_s = _taken("pass", environment)
                beyond[place].append(_taken("import ingestion.aws_lambda.handler", environment) - bare_s)
        return beyond


def _taken(code: str, environment: dict[str, str]) -> float:
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(sys.prefix), env=os.environ | environment)
    return time.perf_counter() - begin


def main() -> None:
    for place, seconds in seconds_beyond_start().items():
        ordered = sorted(seconds)
        median_s = statistics.median(ordered)
        print(f"{place}: median {median_s:.3f} s, fastest {ordered[0]:.3f}, slowest {ordered[-1]:.3f}")


if __name__ == "__main__":
    main()
