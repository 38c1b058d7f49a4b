"""A wrong rule rejects good rows; the rule is corrected; the rows come back, and every step can be traced."""

import json
import time
from datetime import UTC, date, datetime, timedelta
from types import FunctionType
from typing import Any

import pytest
import typer
from pyspark.sql import SparkSession
from support.experiments import Experiment
from support.rule_examples import ruled_by, with_predicate
from support.vectors import body, vector
from typer.testing import CliRunner

from cli.commands import convert, history, rollback, verify, why
from flightlake.clock import SystemClock
from flightlake.lake import Lake
from flightlake.poll_record import PollRecord
from flightlake.quality.rules import fingerprint
from ingestion.landing import land
from ingestion.ledger import record_poll

FIRST_DAY = date(2026, 5, 8)
WRONG = with_predicate("baro_altitude_impossible", "not (baro_altitude_m between -310 and 3870)")
"""A digit of 38,700 m is missing: every airliner in cruise is impossible."""

CRUISING, LOW, BROKEN = "3c6444", "4b1805", "a0f1e2"


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


class Lab:
    """A lake whose commands run within this process, by the rules that rule now."""

    def __init__(self, lake: Lake) -> None:
        self.lake = lake

    def run(self, command: FunctionType, *arguments: object) -> tuple[dict[str, Any], str]:
        """Run a command; return its document and what it said beside it."""
        app = typer.Typer()
        app.command()(command)
        given = [*map(str, arguments), "--lake", self.lake.address, "--format", "json"]
        done = CliRunner().invoke(app, given, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout), done.stderr

    def convert(self, *arguments: object) -> dict[str, Any]:
        return self.run(convert.command, *arguments)[0]

    def why(self, icao24: str, day: date) -> dict[str, Any]:
        return self.run(why.command, icao24, noon(day).isoformat())[0]

    def records(self, day: date) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.run(history.command, "--date", day)[0]["records"]
        return found

    def land(self, day: date, *, aircraft: int) -> str:
        """Poll one response: an airliner in cruise, one down low, a row that no rule lets pass, and more in cruise."""
        at = int(noon(day).timestamp())
        more = [vector(at=at, icao24=f"{number:06x}") for number in range(aircraft - 3)]
        broken = vector(at=at, icao24=BROKEN, velocity=2503)
        low = vector(at=at, icao24=LOW, baro_altitude=600, geo_altitude=650)
        key = land(self.lake.store, body(vector(at=at), low, broken, *more, time=at), clock=SystemClock()).key
        due = noon(day) + timedelta(seconds=2)
        record_poll(self.lake.store, PollRecord(due, due, "landed", None, "sky", 4, 3_996, aircraft, key))
        return key


@pytest.fixture
def lab(folder_lake: Lake, spark: SparkSession) -> Lab:
    assert spark.version, "the commands use the running session"
    return Lab(folder_lake)


@pytest.mark.slow
def test_a_wrong_rule_costs_no_row_for_good(lab: Lab, experiment: Experiment) -> None:
    aircraft = experiment.size(small=40, ci=4_000, full=12_000)
    day_count = experiment.size(small=2, ci=4, full=30)
    plain = [FIRST_DAY + timedelta(days=number) for number in range(day_count)]
    rolled_back = FIRST_DAY + timedelta(days=day_count)
    keys = {day: lab.land(day, aircraft=aircraft) for day in [*plain, rolled_back]}

    with ruled_by(WRONG):
        wrong_fingerprint = fingerprint()
        lab.convert("--min-quality", 50)
        lab.convert("--date", rolled_back, "--rebuild", "--min-quality", 50)
        lab.run(rollback.command, "--date", rolled_back)
        lost = lab.why(CRUISING, plain[0])
        assert_names_the_way_into_quarantine(lost, keys[plain[0]], lab.records(plain[0])[0])
        assert lab.why(LOW, plain[0])["outcome"] == "visible"

    assert_the_default_run_only_tells(lab, plain, rolled_back, wrong_fingerprint)
    started_s = time.perf_counter()
    rebuilt = lab.convert("--since", plain[1])
    replay_s = time.perf_counter() - started_s
    assert [day["date"] for day in rebuilt["days"]] == [str(day) for day in plain[1:]]
    assert rebuilt["outdated"] == {"days": [str(plain[0])], "rolled_back": [str(rolled_back)]}, "before the given day"
    lab.convert("--since", FIRST_DAY)
    assert lab.convert("--since", FIRST_DAY)["days"] == [], "a second start does nothing twice"

    for day in plain:
        assert_the_rows_are_back(lab, day, keys[day], aircraft)
    assert_the_rolled_back_day_stays(lab, rolled_back)
    rejected = sum(lab.records(day)[0]["quarantined"] - 1 for day in plain)
    experiment.found(
        "Does a wrong rule cost rows for good?",
        tried=f"A rule with a digit missing was published for {day_count + 1} days of {aircraft:,} rows; the rule was "
        "put right, and `convert --since` was run; one day had been rolled back on purpose.",
        result=f"{rejected:,} good rows went to quarantine and all came back, {replay_s / (day_count - 1):.1f} s a "
        "day, as a recount from raw confirms; `why` named rule, response, poll and commit before and after. The run "
        "without `--since` changed nothing, and the rolled-back day stayed.",
    )


def assert_names_the_way_into_quarantine(found: dict[str, Any], key: str, record: dict[str, Any]) -> None:
    (row,) = found["rows"]
    assert found["outcome"] == "quarantined"
    assert row["quarantined_for"] == row["today"]["rejected_by"] == ["baro_altitude_impossible"]
    assert (row["raw_key"], row["row_number"], json.loads(row["raw_row"])[0]) == (key, 0, CRUISING)
    assert (found["poll"]["raw_key"], found["poll"]["outcome"]) == (key, "landed")
    assert found["commit"]["commit"] == record["commit"]
    assert found["commit"]["rule_fingerprint"] == found["rules_today"] == record["rule_fingerprint"]


def assert_the_default_run_only_tells(lab: Lab, plain: list[date], rolled_back: date, wrong: str) -> None:
    told = lab.convert()
    assert told["days"] == []
    assert told["outdated"] == {"days": [str(day) for day in plain], "rolled_back": [str(rolled_back)]}
    assert {record["rule_fingerprint"] for day in plain for record in lab.records(day)} == {wrong}
    notes = " ".join(lab.why(CRUISING, plain[0])["notes"])
    assert f"let it pass; `flightlake convert --since {plain[0]}` builds the day under them" in notes


def assert_the_rows_are_back(lab: Lab, day: date, key: str, aircraft: int) -> None:
    wrong, right = lab.records(day)
    assert (wrong["curated"], wrong["quarantined"], wrong["visible"]) == (1, aircraft - 1, False)
    assert (right["curated"], right["quarantined"], right["visible"]) == (aircraft - 1, 1, True)
    assert right["rule_fingerprint"] == fingerprint() != wrong["rule_fingerprint"]
    (verdict,) = lab.run(verify.command, "--date", day)[0]["days"]
    assert verdict["adds_up"], verdict["differences"]
    found = lab.why(CRUISING, day)
    assert (found["outcome"], found["rows"][0]["raw_key"], found["poll"]["raw_key"]) == ("visible", key, key)
    assert found["commit"]["commit"] == right["commit"]
    assert [commit["commit"] for commit in found["commits"]] == [wrong["commit"], right["commit"]]
    assert lab.why(BROKEN, day)["rows"][0]["quarantined_for"] == ["ground_speed_impossible"], "still rejected, rightly"


def assert_the_rolled_back_day_stays(lab: Lab, day: date) -> None:
    records = lab.records(day)
    assert [record["kind"] for record in records] == ["build", "build", "rollback"]
    assert records[0]["commit"] == records[2]["commit"]
    notes = " ".join(lab.why(CRUISING, day)["notes"])
    assert f"the day was rolled back, so only `flightlake convert --date {day} --rebuild` builds it anew" in notes
    (named,) = lab.convert("--date", day, "--rebuild")["days"]
    assert named["published"]
    assert lab.why(CRUISING, day)["outcome"] == "visible"
