"""Values of parameters: parsed by type, bound as literals, errors that say what the query takes."""

from datetime import date, datetime

import pytest
import sqlglot
from sqlglot import exp

from duckdb_engine.sql.binding import bind
from duckdb_engine.sql.errors import SqlError
from duckdb_engine.sql.parameters import Value, values_of
from flightlake.schema.sql_files import Parameter, Type

DAY = Parameter("flight_date", "date", "the UTC day", "the newest day")
AIRCRAFT = Parameter("icao24", "string", "the address")
LIMIT = Parameter("row_limit", "integer", "how many", "20")


def newest(text: str) -> Value | None:
    return date(2026, 5, 9) if text == "the newest day" else None


def test_defaults_stand_in_and_described_ones_are_looked_up() -> None:
    assert values_of([DAY, AIRCRAFT, LIMIT], {"icao24": "3c6444"}, newest) == {
        "flight_date": date(2026, 5, 9),
        "icao24": "3c6444",
        "row_limit": 20,
    }


def test_a_given_value_wins_over_the_default() -> None:
    assert values_of([DAY], {"flight_date": "2026-05-08"}, newest) == {"flight_date": date(2026, 5, 8)}


def test_a_missing_value_is_named_with_what_the_query_takes() -> None:
    with pytest.raises(
        SqlError, match=r"no value for icao24: add --param icao24=.*takes flight_date \(date, default the"
    ):
        values_of([DAY, AIRCRAFT], {}, newest)


def test_an_unknown_name_is_met_with_the_closest() -> None:
    with pytest.raises(SqlError, match="unknown parameter flight_dat; did you mean flight_date"):
        values_of([DAY], {"flight_dat": "2026-05-08"}, newest)
    with pytest.raises(SqlError, match="the query takes no parameters"):
        values_of([], {"x": "1"}, newest)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("date", "2026-5-8"),
        ("date", "20260508"),
        ("date", "2026-02-30"),
        ("date", "yesterday"),
        ("date", ""),
        ("timestamp", "2026-05-08T12:00:00+02:00"),
        ("timestamp", "noon"),
        ("integer", "1.5"),
        ("integer", "1; drop table states"),
        ("double", "nan"),
        ("double", "inf"),
        ("double", "a"),
    ],
)
def test_a_value_of_another_type_is_refused(kind: Type, text: str) -> None:
    with pytest.raises(SqlError, match=r"parameter p: .* is no "):
        values_of([Parameter("p", kind, "a thing")], {"p": text}, newest)


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("timestamp", "2026-05-08T12:00:00Z", datetime.fromisoformat("2026-05-08T12:00")),
        ("timestamp", "2026-05-08", datetime.fromisoformat("2026-05-08T00:00")),
        ("double", "1e3", 1000.0),
        ("integer", "-3", -3),
        ("string", "", ""),
    ],
)
def test_a_value_is_parsed_by_its_type(kind: Type, text: str, expected: Value) -> None:
    assert values_of([Parameter("p", kind, "a thing")], {"p": text}, newest) == {"p": expected}


def test_a_text_cannot_become_sql() -> None:
    tree = sqlglot.parse_one("select 1 where icao24 = :a", read="athena")
    assert isinstance(tree, exp.Query)
    bind(tree, {"a": "' or 1 = 1 --"})
    assert tree.sql(dialect="duckdb") == "SELECT 1 WHERE icao24 = ''' or 1 = 1 --'"
