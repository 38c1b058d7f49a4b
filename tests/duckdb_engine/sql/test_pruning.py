"""The days that a query needs, read from its conditions; too many is slow, too few would be wrong."""

import pytest

from duckdb_engine.sql.pruning import partition_conditions
from duckdb_engine.sql.relations import named_relations
from duckdb_engine.sql.statements import parsed, statements_of
from duckdb_engine.sql.translation import qualified, tables_read
from flightlake.schema.tables.registry import TABLES

PARTITION_COLUMNS = {table.name: [column.name for column in table.partition_columns] for table in TABLES}


def condition_of(sql: str, table: str = "states") -> str | None:
    tree = parsed(statements_of(sql)[0])
    objects = named_relations(tables_read(tree, sql), sql)
    condition = partition_conditions(qualified(tree, objects.columns, sql), objects.views, PARTITION_COLUMNS)[table]
    return None if condition is None else condition.sql(dialect="athena").replace('"', "")


THE_DAY = "snapshot_date = CAST('2026-05-08' AS DATE)"


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select 1 from states where snapshot_date = date '2026-05-08'", THE_DAY),
        ("select 1 from states s where s.icao24 = 'a' and (s.snapshot_date = date '2026-05-08')", THE_DAY),
        ("select 1 from airborne_states where snapshot_date = date '2026-05-08'", THE_DAY),
        ("select 1 from snapshots where snapshot_date = date '2026-05-08'", THE_DAY),
        ("with a as (select * from states where snapshot_date = date '2026-05-08') select 1 from a", THE_DAY),
        ("select 1 from flight_data_processed where day = '08'", "DATE_FORMAT(snapshot_date, '%d') = '08'"),
        (
            (
                "select 1 from states cross join unnest(split(callsign, 'A')) as a (b) "
                "where snapshot_date = date '2026-05-08' and b = 'x'"
            ),
            THE_DAY,
        ),
        ("select 1 from states cross join polls where snapshot_date = date '2026-05-08'", THE_DAY),
    ],
)
def test_a_condition_on_the_day_counts(sql: str, expected: str) -> None:
    assert condition_of(sql) == expected


@pytest.mark.parametrize(
    "sql",
    [
        "select 1 from states",
        (
            "select 1 from polls cross join unnest((select array_agg(icao24) from states)) as a (b) "
            "where poll_date = date '2026-05-08'"
        ),
        "select 1 from states where icao24 = 'a'",
        "select 1 from states where snapshot_date = date '2026-05-08' or icao24 = 'a'",
        "select 1 from states where snapshot_date = cast(snapshot_at as date)",
        "select 1 from states where snapshot_date = (select max(poll_date) from polls)",
        "select 1 from polls left join states on poll_date = snapshot_date where snapshot_date is null",
        "select 1 from states where snapshot_date = date '2026-05-08' union all select 2 from states",
        "select 1 from snapshots where aircraft_count > 3",
        "select 1 from (select snapshot_date, count(*) over () from states) where snapshot_date = date '2026-05-08'",
        "select 1 from states a join states b on a.icao24 = b.icao24 where b.snapshot_date = date '2026-05-08'",
    ],
)
def test_what_could_lose_a_row_does_not(sql: str) -> None:
    assert condition_of(sql) is None


def test_a_table_read_twice_needs_the_days_of_both() -> None:
    sql = (
        "select 1 from states a join states b on a.icao24 = b.icao24 "
        "where a.snapshot_date = date '2026-05-08' and b.snapshot_date = date '2026-05-09'"
    )
    assert condition_of(sql) == f"{THE_DAY} OR {THE_DAY.replace('08', '09')}"


def test_conditions_on_any_part_of_a_raw_partition_count() -> None:
    sql = "select 1 from raw_states where year = '2026' and (day = '08' or hour > '12') and time > 5"
    assert condition_of(sql, "raw_states") == "year = '2026' AND (day = '08' OR hour > '12')"


def test_a_condition_that_also_asks_for_the_content_does_not() -> None:
    assert condition_of("select 1 from raw_states where day = '08' or time > 5", "raw_states") is None
