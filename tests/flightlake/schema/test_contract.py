"""The contract: what DESIGN promises, and the same columns in every form that is made of it."""

import re

import pytest

from flightlake.schema.contract import SERDES, Column, Table, athena_ddl, comment, glue_columns, spark_ddl
from flightlake.schema.tables.polls import POLLS, RAW_POLLS
from flightlake.schema.tables.quality import QUALITY_SCORES
from flightlake.schema.tables.raw import RAW_STATES
from flightlake.schema.tables.registry import CURATED_TABLES, TABLES, table_named
from flightlake.schema.tables.states import STATES, STATES_QUARANTINE

EVERY_TABLE = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
TINY = Table(
    name="tiny",
    grain="one aircraft's row",
    columns=(Column("a_m", "double", "the pilot's height", "m", source_index=7), Column("b", "array<string>", "words")),
    partition_columns=(Column("day", "date", "UTC day"),),
)


def test_states_are_the_columns_that_were_promised() -> None:
    assert [(column.name, column.type, column.source_index) for column in STATES.all_columns] == [
        ("icao24", "string", 0),
        ("callsign", "string", 1),
        ("origin_country", "string", 2),
        ("position_at", "timestamp", 3),
        ("last_contact_at", "timestamp", 4),
        ("longitude_deg", "double", 5),
        ("latitude_deg", "double", 6),
        ("baro_altitude_m", "double", 7),
        ("on_ground", "boolean", 8),
        ("ground_speed_mps", "double", 9),
        ("true_track_deg", "double", 10),
        ("vertical_rate_mps", "double", 11),
        ("geo_altitude_m", "double", 13),
        ("squawk", "string", 14),
        ("is_special_purpose", "boolean", 15),
        ("position_source", "int", 16),
        ("category", "int", 17),
        ("snapshot_at", "timestamp", None),
        ("snapshot_date", "date", None),
    ]


@pytest.mark.parametrize(
    ("table", "names"),
    [
        (RAW_STATES, "time states year month day hour"),
        (
            RAW_POLLS,
            "scheduled_at polled_at outcome reason source credits_spent credits_left row_count raw_key year month day",
        ),
        (STATES_QUARANTINE, "icao24 snapshot_at raw_key row_number reasons raw_row snapshot_date"),
        (QUALITY_SCORES, "dimension rule severity checked_count failed_count score snapshot_date"),
        (
            POLLS,
            "scheduled_at polled_at outcome reason source credits_spent credits_left row_count raw_key poll_date",
        ),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_the_other_tables_have_the_columns_that_were_promised(table: Table, names: str) -> None:
    assert [column.name for column in table.all_columns] == names.split()


def test_states_become_visible_last() -> None:
    assert [table.name for table in CURATED_TABLES] == ["states_quarantine", "quality_scores", "states"]


def test_a_table_is_found_by_its_name_and_a_column_by_its() -> None:
    assert table_named("states") is STATES
    assert STATES.column("snapshot_date").type == "date"
    assert STATES.column("baro_altitude_m").unit == "m"
    with pytest.raises(KeyError, match="flights"):
        table_named("flights")
    with pytest.raises(KeyError, match="altitude"):
        STATES.column("altitude")


@EVERY_TABLE
def test_names_are_unique_and_fit_every_engine(table: Table) -> None:
    names = [column.name for column in table.all_columns]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in [table.name, *names])


@EVERY_TABLE
def test_a_physical_column_ends_in_its_unit(table: Table) -> None:
    endings = {"m": "_m", "m/s": "_mps", "deg": "_deg", "deg, WGS 84": "_deg", "rows": "_count"}
    for column in table.all_columns:
        if column.unit in endings:
            assert column.name.endswith(endings[column.unit])
        if column.type == "timestamp":
            assert column.name.endswith("_at")
            assert column.unit == "UTC" or "UTC" in column.meaning


@EVERY_TABLE
def test_comments_fit_the_glue_catalog(table: Table) -> None:
    """255 characters at most, and none of the control characters. Source: AWS Glue API reference, Column."""
    for column in table.all_columns:
        assert 0 < len(comment(column)) <= 255
        assert comment(column).isprintable()


@EVERY_TABLE
def test_spark_glue_and_athena_get_the_same_columns(table: Table) -> None:
    columns = [(column.name, column.type) for column in table.columns]
    partitions = [(column.name, column.type) for column in table.partition_columns]
    assert [tuple(column.split(" ", 1)) for column in spark_ddl(table).split(", ")] == columns
    assert [(column["Name"], column["Type"]) for column in glue_columns(table.columns)] == columns
    ddl = athena_ddl(table, location="s3://a-lake/")
    assert re.findall(r"^    (\S+) (\S+) comment '", ddl, flags=re.MULTILINE) == columns + partitions


def test_spark_gets_the_columns_of_the_files_only() -> None:
    assert spark_ddl(TINY) == "a_m double, b array<string>"


def test_glue_gets_meaning_and_unit_as_the_comment() -> None:
    assert glue_columns(TINY.columns) == [
        {"Name": "a_m", "Type": "double", "Comment": "the pilot's height [m]"},
        {"Name": "b", "Type": "array<string>", "Comment": "words"},
    ]


def test_athena_gets_a_whole_statement() -> None:
    assert athena_ddl(TINY, location="s3://a-lake/curated/tiny/") == (
        "create external table if not exists tiny (\n"
        "    a_m double comment 'the pilot''s height [m]',\n"
        "    b array<string> comment 'words'\n"
        ")\n"
        "comment 'one aircraft''s row'\n"
        "partitioned by (\n"
        "    day date comment 'UTC day'\n"
        ")\n"
        "row format serde 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe'\n"
        "stored as inputformat 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat'\n"
        "outputformat 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat'\n"
        "location 's3://a-lake/curated/tiny/'"
    )


def test_every_format_that_a_table_names_can_be_read() -> None:
    assert {table.format for table in TABLES} <= set(SERDES)
    assert {RAW_STATES.format, RAW_POLLS.format} == {"json"}
