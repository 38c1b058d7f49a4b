"""Arbitrary input to decoders, landing, settings and parameters: no error but ours, and no row lost."""

import json
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import duckdb
import pytest
import sqlglot
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlglot import exp
from support.experiments import Experiment
from support.stacks import shipped_config
from support.vectors import NOON, vector

from duckdb_engine.sql.binding import bind, undeclared
from duckdb_engine.sql.parameters import values_of
from duckdb_engine.sql.statement import Statement
from duckdb_engine.sql.statements import parsed, statements_of
from flightlake.errors import FlightLakeError
from flightlake.opensky.decoder import DECODED_COLUMNS, Response, decode_row
from flightlake.quality.evaluate import evaluate
from flightlake.schema.sql_files import Parameter, Type, sql_files
from flightlake.storage.folder import FolderStore
from infra.config.settings import STACKS, Settings
from ingestion.aws_lambda.settings import PollerSettings
from ingestion.landing import checked_response, keep_refused, land_response
from ingestion.response_files import read_body

NOW = datetime(2026, 11, 20, tzinfo=UTC)
QUESTION = "Is there any input that ends in a crash?"

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=18) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=25,
)


@st.composite
def rows(draw: st.DrawFn) -> Any:
    """A good row with some fields broken, as a damaged source sends them; at times no row at all."""
    row = vector() + draw(st.sampled_from([[], [0], [0, "new"]]))
    for place in draw(st.lists(st.integers(0, len(row) - 1), max_size=3)):
        row[place] = draw(json_values)
    return draw(st.sampled_from([row, row, row, row[: draw(st.integers(0, 18))], draw(json_values)]))


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    document: dict[str, Any] = {"time": NOON, "states": draw(st.lists(rows(), max_size=4))}
    if draw(st.integers(0, 3)) == 0:
        document |= draw(st.dictionaries(st.sampled_from(["time", "states", "x"]), json_values, max_size=2))
    return json.dumps(document, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")


bodies = documents() | st.binary(max_size=200) | documents().map(lambda body: body[:-7] + body[-5:])
text_values = st.text(max_size=60) | st.sampled_from(["'; drop table states --", "''", "\\'", "\0", "'||'", "$$", "/*"])


def tried(test: Callable[[], None], *, examples: int) -> int:
    """Run a Hypothesis test with this many examples; return the number that ran."""
    settings(
        max_examples=examples, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )(test)()
    return examples


@pytest.mark.slow
def test_no_body_and_no_row_is_lost_or_crashes(experiment: Experiment) -> None:
    folder = tempfile.TemporaryDirectory()
    store = FolderStore(Path(folder.name))
    kept = {"landed": 0, "refused": 0}

    @given(bodies)
    def lands_or_is_kept(body: bytes) -> None:
        reason = told(lambda: checked_response(body, now=NOW))
        if reason is not None:
            assert reason.isprintable()
            key = keep_refused(store, body, received_at=NOW)
            kept["refused"] += 1
        else:
            response = checked_response(body, now=NOW)
            judgement = evaluate(response)
            assert judgement.row_count == len(response.rows) == judgement.valid_count + len(judgement.rejections)
            key = land_response(store, response, body).key
            kept["landed"] += 1
        assert (read_body(Path(store.uri(key))) if body else b"") == body

    @given(json_values | rows())
    def decodes(row: Any) -> None:
        values = decode_row(row)
        assert len(values) == len(DECODED_COLUMNS)
        json.dumps(values, allow_nan=False).encode()
        assert evaluate(Response(NOON, [row])).row_count == 1

    count = tried(lands_or_is_kept, examples=experiment.size(small=300, ci=1_500, full=20_000))
    count += tried(decodes, examples=experiment.size(small=500, ci=2_500, full=50_000))
    folder.cleanup()
    assert min(kept.values()) > 20
    experiment.found(
        QUESTION,
        tried=f"{count:,} generated bodies and rows through landing, decoding and evaluation",
        result=f"{kept['landed']:,} bodies landed, {kept['refused']:,} were refused and kept byte for byte; every row "
        "was evaluated once.",
    )


VARIABLES = (
    *("FLIGHTLAKE_LAKE", "FLIGHTLAKE_TIER", "FLIGHTLAKE_BOX", "FLIGHTLAKE_INTERVAL_S", "FLIGHTLAKE_SOURCE_URL"),
    *("FLIGHTLAKE_SECRET_ID", "FLIGHTLAKE_EVENT_BUS", "POWERTOOLS_SERVICE_NAME"),
)
SOUND = (
    *("90", "1e400", "-1", "nan", "inf", "1e-400", "standard", "licensed", "45.8,5.9,47.8,10.5", "s3://b/p", "1_000"),
    *(
        "nan,1,2,3",
        "https://h",
        "http://[",
        "http://h:99999",
        "http://h:x",
        "https://:pw@h",
        "//",
        "http://\u2100",
    ),
    *("\u0661\u0662", "true", "10", "365", "100", "eu-west-1", "a@b.example", "10.20.0.0/20", "999.1.1.1/20"),
)


def told(refused: Callable[[], object]) -> str | None:
    """Return what our own error says; None where there is none. Any other error is a crash."""
    try:
        refused()
    except FlightLakeError as error:
        return str(error)
    return None


def test_no_environment_and_no_configuration_crashes(experiment: Experiment) -> None:
    texts = st.sampled_from(SOUND) | st.text(max_size=30)
    accepted = {"poller": 0, "stack": 0}

    @given(st.dictionaries(st.sampled_from(VARIABLES), texts, max_size=3), st.booleans())
    def polls_or_says_why(environment: dict[str, str], is_mostly_sound: bool) -> None:
        sound = {"FLIGHTLAKE_LAKE": "s3://b/p", "FLIGHTLAKE_INTERVAL_S": "900"} if is_mostly_sound else {}
        reason = told(lambda: PollerSettings.from_environment(sound | environment))
        assert reason is None or " " in reason
        accepted["poller"] += reason is None

    configs = {stack: shipped_config(stack) for stack in STACKS}
    keys = sorted(
        {key for config in configs.values() for key in config} | {"flightlake:other", "flightlake:alarmEmail"}
    )

    @given(st.sampled_from([*STACKS, "other"]), st.dictionaries(st.sampled_from(keys), texts, max_size=2))
    def deploys_or_says_why(stack: str, changes: dict[str, str]) -> None:
        reason = told(lambda: Settings.from_config(stack, configs.get(stack, {}) | changes))
        assert reason is None or " " in reason
        accepted["stack"] += reason is None

    count = tried(polls_or_says_why, examples=experiment.size(small=400, ci=2_000, full=30_000))
    count += tried(deploys_or_says_why, examples=experiment.size(small=300, ci=1_500, full=20_000))
    assert min(accepted.values()) > 10
    experiment.found(
        QUESTION,
        tried=f"{count:,} generated environments of the poller and configurations of a stack",
        result=f"{sum(accepted.values()):,} made sense, the others were refused with a reason.",
    )


def shape(tree: exp.Expr) -> list[str]:
    """Return the tree without the values in it: kinds of nodes, in order."""
    return [type(node).__name__ for node in tree.walk()]


def bound(statement: Statement, declared: list[Parameter], given_texts: dict[str, str]) -> exp.Query:
    tree = parsed(statement)
    bind(tree, values_of(declared or undeclared(tree), given_texts, lambda text: None))
    return tree


def test_a_parameter_is_a_value_and_nothing_else(experiment: Experiment) -> None:
    statement = statements_of("select :a as value, length(:a) as n where :a <> 'x''y' or :a like '%' or 1 = 1")[0]
    expected = shape(bound(statement, [], {"a": "DLH9LF"}))
    connection = duckdb.connect()

    @given(text_values)
    def comes_back_as_it_was(text: str) -> None:
        tree = bound(statement, [], {"a": text})
        assert shape(tree) == expected
        sql = tree.sql(dialect="duckdb")
        again = sqlglot.parse(sql, read="duckdb")
        assert len(again) == 1
        assert again[0] is not None
        assert shape(again[0]) == expected
        if "\ud800" <= max(text, default="") <= "\udfff":
            return  # half a surrogate pair: no text that an engine could hold
        assert connection.execute(sql).fetchall() == [(text, len(text))]

    kinds: tuple[Type, ...] = get_args(Type)

    @given(st.sampled_from(kinds), text_values | st.from_regex(r"[-+\d.:eETZ_ ]{1,20}", fullmatch=True))
    def is_of_its_type_or_refused(kind: Type, text: str) -> None:
        declared = [Parameter("a", kind, "a value")]
        reason = told(lambda: bound(statement, declared, {"a": text}))
        if reason is not None:
            assert "parameter a: " in reason
            return
        tree = bound(statement, declared, {"a": text})
        sample = {"date": "2026-05-08", "timestamp": "2026-05-08", "string": "x", "integer": "5", "double": "1.5"}[kind]
        # A negative number is a node more: minus and the number.
        assert set(shape(tree)) <= set(shape(bound(statement, declared, {"a": sample}))) | {"Neg"}
        assert len(sqlglot.parse(tree.sql(dialect="duckdb"), read="duckdb")) == 1

    count = tried(comes_back_as_it_was, examples=experiment.size(small=300, ci=1_500, full=20_000))
    count += tried(is_of_its_type_or_refused, examples=experiment.size(small=300, ci=1_500, full=20_000))
    connection.close()
    experiment.found(
        "Can a parameter's value become SQL?",
        tried=f"{count:,} generated texts as parameters of every type, quotes, comments and NUL among them",
        result="The statement's tree stays the same, and DuckDB gives each text back as it was.",
    )


def test_a_parameter_of_a_named_query_changes_only_its_literals() -> None:
    evil = {"string": "'; drop table states; --", "integer": "7", "double": "0.5", "date": "2026-05-08"}
    plain = {"string": "3c6444", "integer": "8", "double": "1.5", "date": "2026-05-09"}
    compared = 0
    for file in sql_files("queries").values():
        (statement,) = statements_of(file.text)
        trees = [
            bound(statement, list(file.parameters), {entry.name: texts[entry.type] for entry in file.parameters})
            for texts in ({**evil, "timestamp": "2026-05-08T12:00:00Z"}, {**plain, "timestamp": "2026-05-09"})
        ]
        assert shape(trees[0]) == shape(trees[1]), file.name
        compared += len(file.parameters)
    assert compared > 10
