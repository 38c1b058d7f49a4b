"""Athena's SQL on Trino, the engine that Athena is made of: the same answers as DuckDB gives by translation.

The catalog holds the very tables and views that the infrastructure creates, the data lies on a real S3 server, and the
real job wrote it. Two days are good; a third was damaged, so that every check has something to report.
"""

import gzip
import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from support.asked_lake import FIRST, LATE_AIRCRAFT, SECOND, fill
from support.athena_stack import copy_lake, crawl, make_places
from support.aws import Aws, aws_on_this_machine
from support.commits import log_of
from support.experiments import Experiment
from support.expressions import OF_A_DAY, OF_A_ROW, STATEMENTS
from support.s3_server import KEY, AwsWithS3, S3Server, s3_server
from support.stacks import SECRET_KEYS, built_checkout, shipped_config
from support.trino import DUCKDB_TYPES, Answer, Trino, installed, trino_on_this_machine

from duckdb_engine.engine import Engine, QueryResult
from flightlake.errors import StorageError
from flightlake.lake import Lake
from flightlake.layout import RAW_POLLS_PREFIX, RAW_STATES_PREFIX, commit_prefix
from flightlake.schema.sql_files import Parameter, SqlFile, positional, published_statements, sql_files
from flightlake.schema.tables.states import STATES
from flightlake.storage.open_lake import open_lake
from infra.plan.recorder import Recording, record
from infra.views import views

pytestmark = pytest.mark.slow

QUESTION = "Does Athena answer as my machine does?"
PUBLISHED = Path(__file__).parents[3] / "shared" / "published_queries.sql"

VALUES = {
    "flight_date": FIRST.isoformat(),
    "from_date": "2025-09-01",
    "to_date": SECOND.isoformat(),
    "row_limit": "15",
    "limit_fpm": "11800.5",
    "min_gap_s": "250",
    "as_of": "2025-09-07T00:00:01",
    "meridian_deg": "10.5",
    "cell_radius": "0.0174",
    "half_width": "2.5",
    "south": "-1.25",
    "north": "1.25",
}
"""Of the queries' parameters; that of the aircraft is found in the data."""

LITERALS = {"string": "'{}'", "date": "date '{}'", "timestamp": "timestamp '{}'", "integer": "{}", "double": "{}"}
"""How a value is written for Athena's `execute ... using`."""

EXPONENT = re.compile(r"-?\d+(\.\d+)?[eE][+-]?\d+")

Row = tuple[Any, ...]


@dataclass
class Asked:
    """One lake, asked in three ways.

    Attributes:
        folder: the lake as the job left it in a folder.
        bucket: the same lake on the S3 server, with its catalog in Glue.
        trino: asks the catalog as Athena does.
        duckdb: the engine of this machine over the bucket.
    """

    folder: Lake
    bucket: Lake
    trino: Trino
    duckdb: Engine

    @property
    def busiest_aircraft(self) -> str:
        """The aircraft with most position reports on the first day."""
        day = f"snapshot_date = date '{FIRST}'"
        reports = "order by count(distinct position_at) desc, icao24 limit 1"
        ((found,),) = self.duckdb.query(f"select icao24 from states where {day} group by icao24 {reports}").rows
        return str(found)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    with built_checkout(tmp_path_factory.mktemp("checkout") / "root"):
        return record("dev", shipped_config("dev"), secrets=SECRET_KEYS)


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Aws, S3Server]]:
    with (
        aws_on_this_machine() as aws,
        s3_server(tmp_path_factory.mktemp("s3")) as s3,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in AwsWithS3(aws, s3).environment.items():
            patch.setenv(name, value)
        yield aws, s3


@pytest.fixture(scope="module")
def asked(
    recording: Recording,
    servers: tuple[Aws, S3Server],
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Asked]:
    installed()  # before anything is converted in vain
    (aws, s3), place = servers, tmp_path_factory.mktemp("asked")
    make_places(recording, aws, s3)
    database = recording.exports["environment"]["FLIGHTLAKE_DATABASE"]
    server = trino_on_this_machine(
        place / "trino", database=database, glue_endpoint=aws.endpoint, s3_endpoint=s3.endpoint, key=KEY, secret=KEY
    )
    with ExitStack() as stack, ThreadPoolExecutor(1) as pool:
        starting = pool.submit(stack.enter_context, server)
        folder = open_lake(str(place / "lake"), create=True)
        spark: SparkSession = request.getfixturevalue("spark")
        fill(folder, spark, aircraft_count=200)
        bucket = open_lake(recording.exports["lake"], database=database)
        copy_lake(folder, bucket)
        crawl(bucket, aws, database)
        duckdb = stack.enter_context(Engine(bucket, cache_root=place / "cache"))
        yield Asked(folder, bucket, starting.result(), duckdb)


def test_every_query_and_check_answers_as_on_duckdb(asked: Asked, experiment: Experiment) -> None:
    values = VALUES | {"icao24": asked.busiest_aircraft}
    files = [*sql_files("queries").values(), *sql_files("checks").values()]
    answers = {file.name: both(asked, file, values) for file in files}
    assert differences(answers, ordered=lambda name: name != "states_on_wrong_day") == {}
    assert [name for name, (trino, _) in answers.items() if not trino.rows] == []
    experiment.found(
        QUESTION,
        tried=f"all {len(files)} queries and checks of `sql/` on Trino, which Athena is made of, and on DuckDB, over "
        "one lake on an S3 server",
        result=f"the same names, types and {rows_of(answers)} rows, in the same order; none was empty",
    )


def test_every_view_is_found_as_the_infrastructure_creates_it(asked: Asked, experiment: Experiment) -> None:
    answers = {}
    for view in views():
        statement = f"select * from {view.name}"
        answers[view.name] = (asked.trino.ask(statement), asked.duckdb.query(statement))
        declared = [(column.name, column.trino_type) for column in view.columns]
        assert list(zip(answers[view.name][0].columns, answers[view.name][0].types, strict=True)) == declared
    assert differences(answers, ordered=lambda _: False) == {}
    experiment.found(
        QUESTION,
        tried=f"every row of the {len(answers)} views, stored in Glue as the infrastructure stores them",
        result=f"Trino reads the stored views; all {rows_of(answers)} rows are DuckDB's",
    )


def test_the_published_queries_run_unchanged(asked: Asked, experiment: Experiment) -> None:
    texts = published_statements()
    if PUBLISHED.is_file():
        lines = [line for line in PUBLISHED.read_text().splitlines() if not line.startswith("--")]
        assert [part.strip() for part in "\n".join(lines).split(";") if part.strip()] == texts
    answers = {f"published {n}": (asked.trino.ask(text), asked.duckdb.query(text)) for n, text in enumerate(texts, 1)}
    assert differences(answers, ordered=lambda _: False) == {}
    counts = [trino.columns.index("flight_count") for trino, _ in answers.values() if "flight_count" in trino.columns]
    assert len(counts) == 2
    for (trino, _), place in zip(answers.values(), counts, strict=False):
        assert [row[place] for row in trino.rows] == sorted((row[place] for row in trino.rows), reverse=True)
    assert all(trino.rows for trino, _ in answers.values())
    experiment.found(
        QUESTION,
        tried=f"the {len(texts)} queries of the first README, letter by letter",
        result="Trino runs them unchanged and answers as DuckDB does",
    )


def test_what_an_analyst_may_write_means_the_same(asked: Asked, experiment: Experiment) -> None:
    row = f"from states where snapshot_date = date '{FIRST}' and icao24 = 'e00000'"
    day = f"from states where snapshot_date = date '{FIRST}'"
    texts = [f"select {', '.join(OF_A_ROW)} {row}", f"select {', '.join(OF_A_DAY)} {day}"]
    ((left,), (right,)), ((day_left,), (day_right,)) = (
        (asked.trino.ask(text).rows, asked.duckdb.query(text).rows) for text in texts
    )
    pairs = zip(OF_A_ROW + OF_A_DAY, left + day_left, right + day_right, strict=True)
    assert [entry for entry in pairs if not same(entry[1], entry[2])] == []
    answers = {text: (asked.trino.ask(text).rows, asked.duckdb.query(text).rows) for text in STATEMENTS}
    assert {text: rows for text, rows in answers.items() if not same(*rows)} == {}
    experiment.found(
        QUESTION,
        tried=f"{len(OF_A_ROW) + len(OF_A_DAY)} expressions and {len(STATEMENTS)} statements of the functions, casts, "
        "dates, arrays, windows and groupings that an analyst may write",
        result="one value on both; what DuckDB would take otherwise is translated, or refused by name",
    )


def test_what_was_received_is_read_as_it_was_received(asked: Asked, experiment: Experiment) -> None:
    bodies = [
        json.loads(gzip.decompress(data), parse_float=str, parse_int=str) for data in objects(asked, RAW_STATES_PREFIX)
    ]
    expected = Counter((int(body["time"]), text_of(row)) for body in bodies for row in body["states"] or [])
    sql = "select time, vector from raw_states cross join unnest(states) as response (vector)"
    found = Counter((at, text_of(row)) for at, row in asked.trino.ask(sql).rows)
    assert found == expected
    empty = asked.trino.ask("select count(*), count(states), sum(cardinality(states)) from raw_states").rows
    assert empty == [(len(bodies), len(bodies) - 1, expected.total())]

    records = [json.loads(data) for data in objects(asked, RAW_POLLS_PREFIX)]
    polls = asked.trino.ask("select * from raw_polls")
    assert as_counts(polls.rows, 9) == as_counts(
        [tuple(record[name] for name in polls.columns[:9]) for record in records], 9
    )
    day = "year = '2025' and month = '09' and day = '07'"
    answers = {}
    with Engine(asked.folder) as engine:
        for table, column in (("raw_states", "time"), ("raw_polls", "scheduled_at")):
            text = f"select count(*), min({column}), max({column}) from {table} where {day}"
            answers[table] = (asked.trino.ask(text), engine.query(text))
    assert differences(answers, ordered=lambda _: True) == {}
    experiment.found(
        QUESTION,
        tried=f"`raw_states` over {len(bodies)} gzipped responses and `raw_polls` over {len(records)} records, with "
        "the SerDe that the tables declare",
        result=f"{expected.total()} state vectors of 17 and 18 fields, each field as received; an empty sky is null",
    )


def test_a_moved_pointer_is_seen_by_the_next_query_and_never_half(asked: Asked, experiment: Experiment) -> None:
    log = log_of(asked.bucket)
    counts = f"count(*), count_if(icao24 = '{LATE_AIRCRAFT}'), count(distinct snapshot_at)"
    sql = f"select {counts} from flight_data_processed where day = '06'"
    new = asked.trino.ask(sql).rows
    commits = [entry.commit for entry in log.records(FIRST)]
    assert new[0][1] == 1
    log.roll_back(FIRST, commit=commits[0], seen_raw_keys=(), at=datetime.now(UTC))
    old = asked.trino.ask(sql).rows
    assert old[0][:2] == (new[0][0] - 1, 0)
    assert asked.duckdb.query(sql).rows == old
    moves = experiment.size(small=3, ci=11, full=101)
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(lambda: [asked.trino.ask(sql).rows for _ in range(2 * moves)])
        for number in range(moves):
            log.roll_back(FIRST, commit=commits[number % 2 - 1], seen_raw_keys=(), at=datetime.now(UTC))
            assert asked.trino.ask(sql).rows == (new if commits[number % 2 - 1] == commits[-1] else old)
        reads = reading.result()
    assert [read for read in reads if read not in (old, new)] == []
    assert asked.trino.ask(sql).rows == new
    experiment.found(
        "Does a query see a published day at once, and whole?",
        tried=f"{moves + 2} rollbacks of a day to and fro under {len(reads)} queries of Trino",
        result="the query after each move saw the new pointer; every other saw the one commit or the other, whole",
    )


def test_a_day_whose_folder_is_gone_is_empty_on_trino_and_an_error_here(asked: Asked, experiment: Experiment) -> None:
    catalog, day = asked.bucket.catalog, STATES.partition_columns[0].name
    sql = "select snapshot_date, count(*) from states group by snapshot_date order by snapshot_date"
    before, folder = asked.trino.ask(sql).rows, catalog.partitions(STATES)[SECOND]
    catalog.move_pointer(STATES, SECOND, commit_prefix(STATES.name, day, SECOND, "never-written"))
    try:
        assert asked.trino.ask(sql).rows == [row for row in before if row[0] != SECOND]
        with pytest.raises(StorageError, match=f"states of {SECOND}: the folder .*never-written.* is missing or empty"):
            asked.duckdb.query(sql)
    finally:
        catalog.move_pointer(STATES, SECOND, folder)
    assert asked.trino.ask(sql).rows == before == asked.duckdb.query(sql).rows
    experiment.found(
        "What does a query say of a day whose files are gone?",
        tried="a partition whose folder does not exist",
        result="Trino, and so Athena, shows the day as empty and says nothing; `flightlake query` names the folder",
    )


def both(asked: Asked, file: SqlFile, values: dict[str, str]) -> tuple[Answer, QueryResult]:
    """Ask a query as Athena is asked, prepared and executed with literals, and here by name."""
    text, parameters = positional(file)
    if not parameters:
        return asked.trino.ask(text), asked.duckdb.query(file.name)
    given = ", ".join(literal(entry, values[entry.name]) for entry in parameters)
    answer = asked.trino.ask(f"execute {file.name} using {given}", {file.name: text})
    return answer, asked.duckdb.query(file.name, {entry.name: values[entry.name] for entry in file.parameters})


def literal(parameter: Parameter, value: str) -> str:
    return LITERALS[parameter.type].format(value.replace("T", " ") if parameter.type == "timestamp" else value)


def differences(answers: dict[str, tuple[Answer, QueryResult]], *, ordered: Any) -> dict[str, Any]:
    """Return what differs between the two answers to each question."""
    found = {}
    for name, (trino, duckdb) in answers.items():
        left, right = trino.rows, duckdb.rows
        if not ordered(name):
            left, right = sorted(left, key=sort_key), sorted(right, key=sort_key)
        rows = [pair for pair in zip(left, right, strict=False) if not same(*pair)]
        if (trino.columns, len(left)) != (duckdb.columns, len(right)) or rows or not fitting(trino.types, duckdb.types):
            found[name] = (trino.columns, duckdb.columns, trino.types, duckdb.types, len(left), len(right), rows[:3])
    return found


def same(left: Any, right: Any) -> bool:
    """Tell whether two values are the same; floats to a relative 1e-9."""
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, float) and isinstance(right, float):
        return math.isclose(left, right, rel_tol=1e-9) or (math.isnan(left) and math.isnan(right))
    return type(left) is type(right) and bool(left == right)


def fitting(trino: tuple[str, ...], duckdb: tuple[str, ...]) -> bool:
    """Tell whether the types are each other's; DuckDB sums whole numbers into a wider one."""
    names = [DUCKDB_TYPES.get("varchar" if kind.startswith("varchar") else kind, kind) for kind in trino]
    return names == [{"HUGEINT": "BIGINT"}.get(kind, kind) for kind in duckdb]


def sort_key(row: Row) -> list[tuple[bool, str]]:
    # Ten digits: what differs less is no difference.
    return [(value is None, f"{value:.9e}" if isinstance(value, float) else str(value)) for value in row]


def text_of(row: list[Any]) -> tuple[str | None, ...]:
    """Return a vector's fields as text, as JSON writes them; engines write an exponent as they please."""
    texts = (json.dumps(field) if isinstance(field, bool) else field for field in row)
    return tuple(repr(float(text)) if text and EXPONENT.fullmatch(text) else text for text in texts)


def as_counts(rows: list[Row], width: int) -> Counter[Row]:
    return Counter(row[:width] for row in rows)


def objects(asked: Asked, prefix: str) -> list[bytes]:
    return [asked.folder.store.get(info.key) for info in asked.folder.store.list(prefix)]


def rows_of(answers: dict[str, tuple[Answer, QueryResult]]) -> int:
    return sum(len(trino.rows) for trino, _ in answers.values())
