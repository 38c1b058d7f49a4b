"""Lakes that earlier releases wrote are read, changed and kept by this one."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from support.commands import flightlake
from support.commits import log_of
from support.experiments import Experiment
from support.old_lakes import RELEASES, copy_of
from support.published import rewritten
from support.vectors import body, landed, vector

from duckdb_engine.engine import Engine
from duckdb_engine.verify.verify_days import Verification
from flightlake.clock import SystemClock
from flightlake.lake import Lake
from flightlake.layout import record_key
from flightlake.publishing.publisher import Publisher
from flightlake.publishing.registry import POLLS_LOG, STATES_LOG, LogDefinition
from flightlake.publishing.verification import DayVerification
from flightlake.schema.contract import Table
from flightlake.schema.sql_files import sql_files
from flightlake.schema.tables.polls import POLLS
from flightlake.schema.tables.quality import QUALITY_SCORES
from flightlake.schema.tables.registry import CURATED_TABLES
from flightlake.schema.tables.states import STATES
from glue_jobs.build.day_builder import SparkDayBuilder

QUESTION = "Is a lake that an earlier release wrote still read?"
EIGHTH, NINTH = date(2026, 5, 8), date(2026, 5, 9)
AN_AIRCRAFT = "a5b46d"
FIVE_TO_MIDNIGHT = 1_778_284_500
"""2026-05-08 23:55:00 UTC."""


@pytest.fixture(params=RELEASES)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Lake:
    return copy_of(request.param, tmp_path / "lake")


def conversion(lake: Lake, spark: SparkSession | None = None, *, log: LogDefinition = STATES_LOG) -> Publisher:
    def session() -> SparkSession:
        assert spark is not None, "nothing was to be converted"
        return spark

    return Publisher(log, SparkDayBuilder(session, lake.store), lake.store, lake.catalog, SystemClock())


def verdicts(lake: Lake) -> list[DayVerification]:
    verification = Verification(lake)
    found = [verification.verify_day(day, lambda: None) for day in verification.days()]
    return [verdict for verdict in found if verdict]


def documented(*arguments: object) -> Any:
    status, output, errors = flightlake(*arguments, "--format", "json")
    assert status == 0, errors
    return json.loads(output)


def test_every_named_query_and_view_and_check_answers(old: Lake, experiment: Experiment) -> None:
    with Engine(old) as engine:
        asked = {"aircraft_track": {"icao24": AN_AIRCRAFT}, "quarantine_reasons": {"flight_date": str(EIGHTH)}}
        answers = {name: engine.query(name, asked.get(name)) for name in sql_files("queries")}
        views = {name: engine.query(f"select * from {name}") for name in sql_files("views")}
        checks = {name: result.rows for name, result in engine.run_checks()}
        counts = engine.query(
            "select (select count(*) from states), (select count(*) from states_quarantine), "
            "(select count(*) from polls), (select count(*) from raw_states), (select count(*) from raw_polls)"
        ).rows
    assert counts == [(9, 1, 4, 5, 4)]
    assert checks == {name: [] for name in checks}
    assert all(view.rows for view in views.values())
    assert [row[0] for row in answers["quarantine_reasons"].rows] == ["ground_speed_impossible"]
    assert answers["poll_outcomes"].rows
    experiment.found(
        QUESTION,
        tried=f"{len(answers)} queries, {len(views)} views and {len(checks)} checks over a lake that flightlake "
        f"{', '.join(RELEASES)} wrote",
        result="Every one answers; nine rows, one quarantined and four polls are all there.",
    )


@pytest.mark.slow
def test_every_command_reads_it(old: Lake, tmp_path: Path, experiment: Experiment) -> None:
    lake = ("--lake", old.address)
    assert documented("convert", *lake)["days"] == []
    assert all(day["adds_up"] for day in documented("verify", *lake)["days"])
    records = documented("history", *lake, "states", "--date", NINTH)["records"]
    assert [record["kind"] for record in records] == ["build", "build", "rollback"]
    assert documented("query", *lake, "select count(*) as n from states")["rows"] == [[9]]
    assert documented("why", AN_AIRCRAFT, "2026-05-08T23:57:12Z", *lake)["commits"]
    assert flightlake("report", *lake, "--out", tmp_path / "report.html")[0] == 0
    documented("rollback", *lake, "states", "--date", NINTH)
    assert len(documented("vacuum", *lake, "states", "--older-than-days", "0")["deleted"]) == 3
    assert all(day["adds_up"] for day in documented("verify", *lake)["days"])
    experiment.found(
        QUESTION,
        tried="convert, verify, history, query, why, report, rollback, vacuum, and verify again on it",
        result="Convert finds nothing pending, every other command does its work, and at the end all adds up.",
    )


@pytest.mark.slow
def test_nothing_is_pending_until_something_lands_and_then_that_day_alone(
    old: Lake, spark: SparkSession, experiment: Experiment
) -> None:
    before = log_of(old).head(NINTH)
    assert before
    assert before.kind == "rollback"
    assert list(conversion(old).find_pending().pending) == []
    assert conversion(old, log=POLLS_LOG).pending_days() == []
    landed(old.store, body(vector(at=FIVE_TO_MIDNIGHT), time=FIVE_TO_MIDNIGHT), time=FIVE_TO_MIDNIGHT)
    assert list(conversion(old).find_pending().pending) == [EIGHTH]
    (result,) = conversion(old, spark).run([EIGHTH])
    assert result.counts
    assert (result.published, result.counts.raw_rows, result.counts.quarantined) == (True, 7, 1)
    assert log_of(old).head(NINTH) == before
    with Engine(old) as engine:
        days = engine.query("select snapshot_date, count(*) from states group by snapshot_date order by 1").rows
    assert days == [(EIGHTH, 6), (NINTH, 4)]
    assert [verdict.differences for verdict in verdicts(old)] == [(), ()]
    assert old.catalog.partitions(STATES)[NINTH] == before.folders[STATES.name]
    assert old.catalog.partitions(STATES)[EIGHTH] == log_of(old).records(EIGHTH)[1].folders[STATES.name]
    experiment.found(
        QUESTION,
        tried="A response that lands late for one of its two days, and a conversion by this release",
        result="That day alone is rebuilt, 6 rows in place of 5; old and new files are read side by side, and verify "
        "finds both days sound.",
    )


def test_a_record_with_what_a_newer_release_added_is_read(old: Lake) -> None:
    (newest, *_) = sorted((info.key for info in old.store.list(f"commits/states/{NINTH}/")), reverse=True)
    path = Path(old.store.uri(newest))
    path.write_text(json.dumps(json.loads(path.read_text()) | {"added_later": {"a": 1}}))
    assert log_of(old).head(NINTH)
    assert [verdict.differences for verdict in verdicts(old)] == [(), ()]


def test_scores_of_other_rules_are_not_held_against_today_s_but_rows_are(old: Lake) -> None:
    rewritten(old, QUALITY_SCORES, "select * from {file} where rule is distinct from 'fields_unknown'")
    differences, _ = (verdict.differences for verdict in verdicts(old))
    assert len(differences) == 1
    assert "quality, fields_unknown" in differences[0]
    log = log_of(old)
    path = Path(old.store.uri(record_key(log.name, EIGHTH, len(log.records(EIGHTH)))))
    path.write_text(json.dumps(json.loads(path.read_text()) | {"rule_fingerprint": "0123456789ab"}))
    verdict, _ = verdicts(old)
    assert verdict.differences == ()
    assert verdict.notes[0].startswith("published under the rules 0123456789ab of flightlake 0.1.0, not today's")
    rewritten(old, STATES, "select * replace (null::varchar as callsign) from {file}")
    assert verdicts(old)[0].differences


@pytest.mark.parametrize("table", [*CURATED_TABLES, POLLS], ids=lambda table: table.name)
@pytest.mark.parametrize("release", RELEASES)
def test_a_table_has_only_grown_at_its_end_since(release: str, table: Table, tmp_path: Path) -> None:
    """Engines that compare a partition's columns with the table's by position find the same ones in the same places."""
    copy_of(release, tmp_path / "lake")
    known = json.loads((tmp_path / "lake" / "catalog.json").read_text())["tables"][table.name]
    # Under the name that a column had then: files of that release are read by it.
    types = [(column.former_name or column.name, column.type) for column in table.columns]
    before = [(column["Name"], column["Type"]) for column in known["columns"]]
    assert types[: len(before)] == before
    assert [c["Name"] for c in known["partition_columns"]] == [c.name for c in table.partition_columns]
