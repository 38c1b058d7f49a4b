"""A lake of thirty published days of 7.1 million rows, for benchmarks that ask.

    .venv/bin/python -m benchmarks.published_month

One synthetic day is landed and converted by the product; its files stand, as hard links, under thirty dates. So the
sizes, row groups and order of every day are those of a real commit; only the instants within are those of the one day,
at which the measured queries do not look. The lake is kept under dist/benchmarks/days/ until the code that writes
it changes.
"""

import os
import shutil
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

from benchmarks.convert import converted, scratch_folder
from benchmarks.findings import ROOT, is_small
from benchmarks.synthetic_day import DAY as CONVERTED_DAY
from benchmarks.synthetic_day import DAYS, FULL_DAY, instants, landed_lake
from flightlake.lake import Lake
from flightlake.layout import commit_prefix, table_prefix
from flightlake.schema.tables.states import STATES
from flightlake.storage.open_lake import open_lake

DAY = date(2025, 9, 6)
"""The day that the published queries ask for; among the thirty."""

DATES = [date(2025, 8, 22) + timedelta(days=number) for number in range(30)]
RESPONSES = FULL_DAY // 10 if is_small() else FULL_DAY
_COMMIT = "0001-benchmark"


def published_month() -> Path:
    """Return the folder of the lake; it is made where it is not there."""
    made = DAYS / f"month-{RESPONSES}-{_code_digest()}"
    if not made.exists():
        for old in DAYS.glob(f"month-{RESPONSES}-*"):
            shutil.rmtree(old)
        unfinished = DAYS / f"unfinished-month-{RESPONSES}"
        shutil.rmtree(unfinished, ignore_errors=True)
        _make(unfinished)
        unfinished.rename(made)
    return made


def files_of(lake: Path, day: date = DAY) -> list[Path]:
    """Return the files of a day's `states`."""
    return sorted((lake / _folder(day)).glob("*.parquet"))


def table_bytes(lake: Path) -> int:
    """Return the size of all days of `states`."""
    return sum(path.stat().st_size for day in DATES for path in files_of(lake, day))


def _make(folder: Path) -> None:
    with scratch_folder("month") as scratch:
        day = landed_lake(scratch / "day", instants(RESPONSES))
        converted(day)
        shown = open_lake(str(day)).catalog.partitions(STATES)[CONVERTED_DAY]
        lake = open_lake(str(folder), create=True)
        for each in DATES:
            _publish(lake, folder, each, sorted((day / shown).glob("*.parquet")))


def _publish(lake: Lake, root: Path, day: date, files: list[Path]) -> None:
    folder = _folder(day)
    (root / folder).mkdir(parents=True)
    for path in files:
        os.link(path, root / folder / path.name)
    lake.catalog.create_table(STATES, table_prefix(STATES.name))
    lake.catalog.move_pointer(STATES, day, folder)


def _folder(day: date) -> str:
    return commit_prefix(STATES.name, STATES.partition_columns[0].name, day, _COMMIT)


def _code_digest() -> str:
    modules = sorted(path for room in ("flightlake", "glue_jobs") for path in (ROOT / room).rglob("*.py"))
    return sha256(b"".join(path.read_bytes() for path in modules)).hexdigest()[:8]


if __name__ == "__main__":
    published_month()
