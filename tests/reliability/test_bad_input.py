"""Damaged responses: each lands or is refused with a reason, and no landed row is lost, by any decoder."""

import json
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from support.commits import record
from support.experiments import Experiment
from support.mutations import KINDS, Mutation, mutations

from duckdb_engine.engine import Engine
from duckdb_engine.verify.recompute import ACCEPTED, recompute
from duckdb_engine.verify.verify_days import Verification
from flightlake.clock import SystemClock
from flightlake.lake import Lake
from flightlake.layout import snapshot_at_of
from flightlake.publishing.publisher import Publisher
from flightlake.publishing.registry import STATES_LOG
from glue_jobs.build.day_builder import SparkDayBuilder
from glue_jobs.verify.verify_day import verify_day
from ingestion.landing import land
from ingestion.landing_files import LandingTally, land_files
from ingestion.response_files import read_body
from simulator.sky import Sky, response_body

SHARED = Path(__file__).parents[3] / "shared" / "data" / "opensky"
QUESTION = "What does damaged input do?"
SEED = 20261121


@pytest.fixture(scope="module")
def bodies() -> list[bytes]:
    """Two days of the live service: global and of a box, of 17 and of 18 fields; else of the simulator."""
    if SHARED.is_dir():
        spread = sorted((SHARED / "global_20260508_over_midnight").glob("*.gz"))[:2]
        box = sorted((SHARED / "iberia_20250927_90s").glob("*"))[:2]
        return [read_body(path) for path in (*spread, *box)]
    sky = Sky(7, aircraft_count=500)
    times = (sky.epoch_s, sky.epoch_s + 90, sky.epoch_s + 86_400)
    return [response_body(at_s, sky.observations(at_s), is_extended=at_s % 4 == 0) for at_s in times]


def landed(lake: Lake, made: list[Mutation], folder: Path) -> tuple[dict[date, list[str]], Counter[str]]:
    """Land each mutation from a separate file; return the new keys by day, and the reasons of refusal."""
    folder.mkdir()
    for number, mutation in enumerate(made):
        (folder / f"{number:05}").write_bytes(mutation.body)
    tally = LandingTally()
    files = sorted(folder.iterdir())
    assert sum(1 for _ in land_files(lake.store, files, tally, clock=SystemClock())) == len(made)
    assert tally.offered == len(made)
    assert all(" " in reason and len(reason) < 400 and reason.isprintable() for _, reason in tally.refused)
    days = defaultdict(list)
    for info in lake.store.list("raw/states/"):
        at = snapshot_at_of(info.key)
        assert at is not None
        days[at.date()].append(info.key)
    assert sum(map(len, days.values())) == tally.landed
    return dict(days), Counter(reason.partition(":")[0] for _, reason in tally.refused)


def row_count(lake: Lake, keys: list[str]) -> int:
    """Return how many rows there are, counted by Python's own reader."""
    bodies = (read_body(Path(lake.store.uri(key))) for key in keys)
    return sum(len(json.loads(body, strict=False)["states"] or []) for body in bodies)


def test_every_damaged_response_lands_whole_or_is_refused_in_words(
    experiment: Experiment, folder_lake: Lake, bodies: list[bytes], tmp_path: Path
) -> None:
    count = experiment.size(small=500, ci=3_000, full=10_000)
    days, refusals = landed(folder_lake, list(mutations(bodies, count, seed=SEED)), tmp_path / "offered")
    found = Counter[str]()
    for day, keys in days.items():
        commit = replace(record(folder_lake, "c1", 1), day=day, raw_keys=tuple(keys))
        with Engine(folder_lake) as engine:
            counted = recompute(engine.connection, folder_lake.store, commit, lambda: None)
            cursor = engine.connection.execute(
                f"select count(*), count(distinct (icao24, snapshot_at_s)) from {ACCEPTED}"
            )
            accepted, valid = cursor.fetchall()[0]
        assert counted.unreadable == {}
        assert counted.raw_rows == row_count(folder_lake, keys) == counted.quarantined + accepted
        found.update(raw=counted.raw_rows, valid=valid, rejected=counted.quarantined, repeats=accepted - valid)
    assert found["raw"] == found["valid"] + found["rejected"] + found["repeats"]
    landed_count = sum(map(len, days.values()))
    assert min(landed_count, refusals.total(), found["valid"], found["rejected"]) > count / 10
    experiment.found(
        QUESTION,
        tried=f"{count:,} real responses damaged in {len(KINDS)} ways (flipped bits, cuts, other types, deep nesting, "
        "repeated names, giant texts and numbers, other encodings, broken gzip, ...)",
        result=f"{landed_count:,} landed, {count - landed_count - refusals.total():,} had landed before, "
        f"{refusals.total():,} were refused with a reason, none crashed. "
        f"{found['raw']:,} rows = {found['valid']:,} valid + {found['rejected']:,} rejected + {found['repeats']:,} "
        "repeats, and as many as Python's own JSON reader counts.",
    )


@pytest.mark.slow
def test_damaged_responses_convert_and_both_decoders_agree_on_every_row(
    spark: SparkSession, experiment: Experiment, folder_lake: Lake, bodies: list[bytes], tmp_path: Path
) -> None:
    count = experiment.size(small=150, ci=600, full=3_000)
    days, _ = landed(folder_lake, list(mutations(bodies, count, seed=SEED + 1)), tmp_path / "offered")
    main_days = sorted(days, key=lambda day: len(days[day]))[-2:]
    _spoil(folder_lake, days[main_days[0]][::10])
    conversion = Publisher(
        STATES_LOG,
        SparkDayBuilder(lambda: spark, folder_lake.store),
        folder_lake.store,
        folder_lake.catalog,
        SystemClock(),
        min_quality=0,
    )
    results = list(conversion.run(main_days))
    assert [(result.published, result.reason) for result in results] == [(True, None)] * 2
    totals = Counter[str]()
    for result in results:
        assert result.counts is not None
        readable = set(days[result.day]) - {item.raw_key for item in result.unreadable}
        assert result.counts.raw_rows == row_count(folder_lake, sorted(readable))
        verdict = Verification(folder_lake).verify_day(result.day, lambda: None)
        assert verdict is not None
        assert verdict.differences == ()
        by_spark = verify_day(spark, folder_lake, result.day)
        assert by_spark is not None
        assert by_spark.differences == ()
        totals.update(
            rows=result.counts.raw_rows,
            rejected=result.counts.quarantined,
            objects=len(days[result.day]),
            spoilt=len(result.unreadable),
        )
    assert totals["spoilt"] == len(days[main_days[0]][::10])
    experiment.found(
        QUESTION,
        tried=f"{totals['objects']:,} damaged responses that landed, {totals['spoilt']} of them spoilt again in the "
        "lake, through the Spark job, `flightlake verify` and the Glue job's verification",
        result=f"Both decoders agree on all {totals['rows']:,} rows ({totals['rejected']:,} rejected); each spoilt "
        "object costs only itself and is named.",
    )


def _spoil(lake: Lake, keys: list[str]) -> None:
    """Damage objects where they lie: cut, overwritten, emptied."""
    for number, key in enumerate(keys):
        path = Path(lake.store.uri(key))
        packed = path.read_bytes()
        path.write_bytes((packed[:-9], b"", packed[:20] + b"\0" * 20 + packed[40:], b"{}")[number % 4])


def test_a_response_that_has_landed_is_found_landed_whatever_came_between(
    folder_lake: Lake, bodies: list[bytes]
) -> None:
    for body in bodies:
        assert [land(folder_lake.store, body, clock=SystemClock()).outcome for _ in range(2)] == ["landed", "duplicate"]
