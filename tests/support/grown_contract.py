"""A copy of the program with more columns in its contract, run in separate processes."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
_PACKAGES = ("flightlake", "ingestion", "glue_jobs", "duckdb_engine", "serving", "simulator", "cli", "sql")
_LAST_COLUMN = '        Column("snapshot_at", "timestamp", "the response\'s own time", "UTC"),\n'

_PROGRAM = """
import json, sys
from dataclasses import asdict
from datetime import date
from glue_jobs.build.day_builder import SparkDayBuilder
from flightlake.publishing.publisher import Publisher
from flightlake.publishing.registry import STATES_LOG
from glue_jobs.verify.verify_day import verify_day
from flightlake.clock import SystemClock
from flightlake.storage.open_lake import open_lake
from flightlake.schema.contract import spark_ddl
from flightlake.schema.tables.states import STATES
from duckdb_engine.engine import Engine
from cli.spark.local_session import local_spark_session
from duckdb_engine.verify.verify_days import Verification

address, *rebuilt = sys.argv[1:]
lake, spark = open_lake(address), local_spark_session()
conversion = Publisher(STATES_LOG, SparkDayBuilder(lambda: spark, lake.store), lake.store, lake.catalog, SystemClock())
days = [date.fromisoformat(day) for day in rebuilt] or conversion.pending_days()
results = list(conversion.run(days, rebuild=bool(rebuilt)))
assert all(result.published for result in results), results
with Engine(lake) as engine:
    answer = engine.query("select * from states order by snapshot_at, icao24")
folders = [lake.store.uri(folder) for folder in lake.catalog.partitions(STATES).values()]
by_name = spark.read.schema(spark_ddl(STATES)).parquet(*folders).orderBy("snapshot_at", "icao24")
verification = Verification(lake)
verifications = {str(day): verification.verify_day(day, lambda: None) for day in verification.days()}
verifications |= {f"{day} by Spark": verify_day(spark, lake, day) for day in verification.days()}
print(json.dumps({
    "columns": answer.columns,
    "by_duckdb": [dict(zip(answer.columns, map(str, row))) for row in answer.rows],
    "by_spark": [{name: str(value) for name, value in row.asDict().items()} for row in by_name.collect()],
    "drifted_rows": {str(result.day): result.drifted_rows for result in results},
    "counts": {str(result.day): list(asdict(result.counts).values()) for result in results},
    "differences": {name: found.differences for name, found in verifications.items()},
    "outdated": [str(day) for day in conversion.find_pending().outdated],
}))
"""


def program_with_columns(folder: Path, *columns: str) -> Path:
    """Copy the program and add lines to its contract of `states`, after the last column; return the folder."""
    for package in _PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    tables = folder / "flightlake" / "schema" / "tables" / "states.py"
    before, line, after = tables.read_text().partition(_LAST_COLUMN)
    assert line
    added = "".join(f"        {column},\n" for column in columns)
    tables.write_text(f"{before}{line}{added}{after}")
    return folder


def converted_by(program: Path, lake: Path, *rebuilt: str) -> dict[str, Any]:
    """Convert pending days, or these anew, with that program; return what it and readers report of `states`."""
    environment = os.environ | {"PYTHONPATH": str(program)}
    run = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(lake), *rebuilt],
        cwd=program,
        env=environment,
        capture_output=True,
        text=True,
        timeout=580,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    document: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return document
