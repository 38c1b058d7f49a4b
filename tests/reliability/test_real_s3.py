"""A lake on a real S3 server gives the answers of a lake in a folder, command by command."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from support.commands import flightlake
from support.engines import engine
from support.experiments import Experiment
from support.s3_server import AwsWithS3

from flightlake.clock import SystemClock
from flightlake.publishing.publisher import Publisher
from flightlake.publishing.registry import STATES_LOG
from flightlake.storage.open_lake import open_lake
from glue_jobs.build.day_builder import SparkDayBuilder
from simulator.sky import Sky, response_body

pytestmark = pytest.mark.slow

WHOLE_TABLES = (
    "select * from states order by icao24, snapshot_at",
    "select * from states_quarantine order by raw_key, row_number",
    "select * from quality_scores order by snapshot_date, dimension, rule",
    "select * from raw_states order by time",
    "select * from flight_data_processed order by icao24, snapshot_at",
)


def ran(command: str, lake: str, *arguments: object) -> Any:
    """Run a command to its good end and return its document."""
    status, output, errors = flightlake(command, "--lake", lake, *arguments, "--format", "json", within_s=900)
    assert status == 0, errors
    return json.loads(output)


def responses(folder: Path, *, count: int, aircraft: int) -> list[Path]:
    """Write responses of the simulated sky, the last ones of the second of two days."""
    start = datetime(2026, 5, 8, 23, 50, tzinfo=UTC)
    sky = Sky(seed=7, start=start, aircraft_count=aircraft)
    folder.mkdir()
    files = []
    for number in range(count):
        at_s = int((start + timedelta(minutes=15 * number)).timestamp())
        files.append(folder / f"{number:03d}.json")
        files[-1].write_bytes(response_body(at_s, sky.observations(at_s), is_extended=number % 2 == 0))
    return files


def answers(lake: str, folder: Path) -> dict[str, Any]:
    """Return every row of every table, asked in one file of statements."""
    file = folder / "whole_tables.sql"
    file.write_text(";\n".join(WHOLE_TABLES))
    return dict(zip(WHOLE_TABLES, ran("query", lake, file), strict=True))


def test_the_command_line_answers_on_s3_as_on_a_folder(
    real_s3: AwsWithS3, spark: SparkSession, tmp_path: Path, experiment: Experiment
) -> None:
    address, folder = real_s3.make_lake_place(), str(tmp_path / "lake")
    count = experiment.size(small=3, ci=4, full=24)
    files = responses(tmp_path / "files", count=count, aircraft=experiment.size(small=60, ci=200, full=2_000))

    def converted_in_folder() -> list[Any]:
        local = open_lake(folder)
        conversion = Publisher(
            STATES_LOG, SparkDayBuilder(lambda: spark, local.store), local.store, local.catalog, SystemClock()
        )
        return [result.to_document() for result in conversion.run(conversion.pending_days())]

    for batch in (files[:-1], files):
        assert ran("land", address, *batch) == ran("land", folder, *batch)
        days = ran("convert", address)["days"]
        assert [without_commit(day) for day in days] == [without_commit(day) for day in converted_in_folder()]
        assert all(day["published"] for day in days)
        assert answers(address, tmp_path) == answers(folder, tmp_path)
        assert verified(address)

    rows = len(answers(address, tmp_path)[WHOLE_TABLES[0]]["rows"])
    day = days[-1]["date"]
    for lake in (address, folder):
        ran("rollback", lake, "--date", day)
    back = answers(address, tmp_path)
    assert back == answers(folder, tmp_path)
    assert len(back[WHOLE_TABLES[0]]["rows"]) < rows
    assert history(address) == history(folder)
    for lake in (address, folder):
        ran("vacuum", lake, "--older-than-days", "0")
    assert answers(address, tmp_path) == answers(folder, tmp_path)
    assert verified(address)
    experiment.found(
        "Does S3 behave as the folder does that the tests use?",
        tried=f"{count} responses landed, converted with DuckDB, queried, verified, rolled back and vacuumed by the "
        "command line on a real S3 server (versitygw), and in a folder, there converted with Spark.",
        result=f"All {len(WHOLE_TABLES)} tables and views ({rows} states) are equal row by row after each step.",
    )


def test_an_archived_day_in_a_bucket_is_rebuilt_from_its_parts(real_s3: AwsWithS3, tmp_path: Path) -> None:
    engine("s3a")
    lake = real_s3.make_lake_place()
    ran("land", lake, *responses(tmp_path / "files", count=3, aircraft=60))
    first = ran("convert", lake, "--engine", "spark")["days"]
    before = answers(lake, tmp_path)
    for day in ran("archive", lake)["days"]:
        assert day["objects"] == day["archived"] == day["removed"]
    assert list(open_lake(lake).raw_store.list("raw/states/")) == []
    assert answers(lake, tmp_path) == before
    dates = [argument for day in first for argument in ("--date", day["date"])]
    second = ran("convert", lake, *dates, "--rebuild", "--engine", "spark")["days"]
    assert [without_commit(day) for day in second] == [without_commit(day) for day in first]
    assert answers(lake, tmp_path) == before
    assert verified(lake)


def verified(lake: str) -> bool:
    days = ran("verify", lake)["days"]
    return bool(days) and all(day["adds_up"] for day in days)


def without_commit(day: dict[str, Any]) -> dict[str, Any]:
    """Return what does not depend on when and where a commit was made."""
    plain: dict[str, Any] = json.loads(json.dumps(day, default=str))
    return {key: value for key, value in plain.items() if key not in {"commit", "created_at"}}


def history(lake: str) -> list[dict[str, Any]]:
    return [without_commit(record) for record in ran("history", lake)["records"]]
