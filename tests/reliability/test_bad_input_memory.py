"""Huge responses: their cost in memory, and the size at which they are refused."""

from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from support.big_responses import cost_of, peak_mb, rows_body, text_body, written
from support.experiments import Experiment
from support.vectors import DAY

from duckdb_engine.verify.verify_days import Verification
from flightlake.clock import SystemClock
from flightlake.errors import InvalidResponseError
from flightlake.lake import Lake
from flightlake.layout import gzipped
from flightlake.publishing.publisher import Publisher
from flightlake.publishing.registry import STATES_LOG
from glue_jobs.build.day_builder import SparkDayBuilder
from ingestion.gzip_reader import ungzip
from ingestion.landing import land
from ingestion.opensky.http import BODY_LIMIT_BYTES as POLLED_LIMIT_BYTES
from ingestion.response_files import BODY_LIMIT_BYTES as FILE_LIMIT_BYTES
from ingestion.response_files import read_body

QUESTION = "How much memory can a response cost?"
MB = 1024 * 1024

MOST_PER_BODY = 16
"""Bytes held at most for each byte of a body, while it is read, landed and evaluated; measured: 11 to 13."""

POLLER_MB = 512
"""Memory of the deployed poller. Source: Pulumi.*.yaml, pollerMemoryMb."""


@pytest.fixture(scope="module")
def idle_mb(tmp_path_factory: pytest.TempPathFactory) -> float:
    """Memory of a process that has opened a lake and done nothing."""
    folder = tmp_path_factory.mktemp("idle")
    return cost_of("open", folder / "none", folder / "lake")["peak_mb"]


def test_a_text_of_five_megabytes_costs_its_size_and_one_row(
    experiment: Experiment, tmp_path: Path, idle_mb: float
) -> None:
    path = written(tmp_path / "text.json", text_body(5_000_000))
    cost = cost_of("poll", path, tmp_path / "lake")
    assert (cost["rows"], cost["rejected"]) == (1, 1)
    assert cost["peak_mb"] - idle_mb < 5 * MOST_PER_BODY
    experiment.found(
        QUESTION,
        tried="A response with a callsign of 5 MB, landed and evaluated",
        result=f"{cost['peak_mb'] - idle_mb:.0f} MB above an idle process; the row is rejected, nothing else is.",
    )


def test_the_largest_answer_that_is_polled_fits_the_poller(
    experiment: Experiment, tmp_path: Path, idle_mb: float
) -> None:
    row_count = POLLED_LIMIT_BYTES // 132
    body = rows_body(row_count)
    assert 0.9 * POLLED_LIMIT_BYTES < len(body) < POLLED_LIMIT_BYTES
    cost = cost_of("poll", written(tmp_path / "rows.json", body), tmp_path / "lake")
    assert cost["rows"] == row_count
    # The poller's own libraries take 82 MB where an idle lake takes some 20.
    assert 82 + cost["peak_mb"] - idle_mb < POLLER_MB
    experiment.found(
        QUESTION,
        tried=f"The largest answer that is polled: {POLLED_LIMIT_BYTES // MB} MB, {row_count:,} aircraft",
        result=f"{cost['peak_mb'] - idle_mb:.0f} MB above an idle process: it fits the {POLLER_MB} MB of the deployed "
        "poller. A larger answer is refused while it is read.",
    )


def test_a_file_of_very_many_rows_lands_within_a_multiple_of_its_size(
    experiment: Experiment, tmp_path: Path, idle_mb: float
) -> None:
    row_count = experiment.size(small=20_000, ci=400_000, full=2_000_000)
    path = written(tmp_path / "rows.json", rows_body(row_count))
    size_mb = path.stat().st_size / MB
    landed = cost_of("land", path, tmp_path / "lake")
    assert landed["rows"] == 1
    evaluated = cost_of("poll", path, tmp_path / "other")
    assert (evaluated["rows"], evaluated["rejected"]) == (row_count, 0)
    assert max(landed["peak_mb"], evaluated["peak_mb"]) - idle_mb < MOST_PER_BODY * max(size_mb, 5)
    experiment.found(
        QUESTION,
        tried=f"One response of {row_count:,} aircraft ({size_mb:,.0f} MB of JSON) from a file",
        result=f"Landing held {landed['peak_mb'] - idle_mb:,.0f} MB, landing and judging "
        f"{evaluated['peak_mb'] - idle_mb:,.0f} MB. A file above {FILE_LIMIT_BYTES // MB} MB is refused.",
    )


def test_what_is_above_the_limits_is_refused_before_it_is_held(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    path.write_bytes(b" " * 1_001)
    with pytest.raises(InvalidResponseError, match="is larger than 1,000 bytes unpacked; no response is"):
        read_body(path, limit_bytes=1_000)
    bomb = gzipped(b" " * 200 * MB)
    assert len(bomb) < MB
    before = peak_mb()
    assert len(ungzip(bomb, limit_bytes=1_000_000)) == 1_000_001
    path.write_bytes(bomb)
    with pytest.raises(InvalidResponseError, match="is larger than 1,000,000 bytes unpacked"):
        read_body(path, limit_bytes=1_000_000)
    assert peak_mb() - before < 20


@pytest.mark.slow
def test_spark_converts_very_many_rows_of_one_response_while_python_stays_flat(
    spark: SparkSession, experiment: Experiment, folder_lake: Lake, tmp_path: Path
) -> None:
    row_count = experiment.size(small=20_000, ci=400_000, full=2_000_000)
    assert folder_lake.root is not None
    path = written(tmp_path / "rows.json", rows_body(row_count))
    assert cost_of("land", path, folder_lake.root)["rows"] == 1
    assert land(folder_lake.store, text_body(5_000_000), clock=SystemClock()).outcome == "landed"
    before = peak_mb()
    conversion = Publisher(
        STATES_LOG,
        SparkDayBuilder(lambda: spark, folder_lake.store),
        folder_lake.store,
        folder_lake.catalog,
        SystemClock(),
    )
    (result,) = conversion.run([DAY])
    grown = peak_mb() - before
    assert (result.published, result.reason, result.unreadable) == (True, None, ())
    assert result.counts is not None
    assert (result.counts.raw_rows, result.counts.curated, result.counts.quarantined) == (row_count + 1, row_count, 1)
    assert grown < 50
    if row_count <= 400_000:
        verdict = Verification(folder_lake).verify_day(DAY, lambda: None)
        assert verdict is not None
        assert verdict.differences == ()
    experiment.found(
        QUESTION,
        tried=f"One response of {row_count:,} aircraft ({path.stat().st_size / MB:,.0f} MB of JSON) beside one with a "
        "callsign of 5 MB, through the Spark job with 2 GB",
        result=f"Published whole; the driver's Python grew by {grown:.0f} MB.",
    )
