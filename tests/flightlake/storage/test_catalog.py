"""The contract of the catalog, run over every adapter."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from support.aws import BUCKET, Aws

from flightlake.errors import StorageError
from flightlake.ports import Catalog
from flightlake.schema.contract import Column, Table
from flightlake.schema.tables.raw import RAW_STATES
from flightlake.schema.tables.registry import TABLES
from flightlake.schema.tables.states import STATES, STATES_QUARANTINE
from flightlake.storage.glue_catalog import GlueCatalog
from flightlake.storage.json_catalog import JsonCatalog

EIGHTH, NINTH = date(2026, 5, 8), date(2026, 5, 9)


@pytest.fixture(params=["json", "glue"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Catalog]:
    """Open the same catalog again and again, as processes do one after another."""
    if request.param == "json":
        return lambda: JsonCatalog(tmp_path)
    aws: Aws = request.getfixturevalue("aws")
    database = aws.make_database()
    return lambda: GlueCatalog(database, f"s3://{BUCKET}/lake/", aws.client("glue"))


@pytest.fixture
def catalog(opened: Callable[[], Catalog]) -> Catalog:
    return opened()


def test_a_table_that_is_not_known_has_no_partitions(catalog: Catalog) -> None:
    assert catalog.partitions(STATES) == {}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_new_table_has_no_partitions(catalog: Catalog, table: Table) -> None:
    catalog.create_table(table, f"curated/{table.name}/")
    assert catalog.partitions(table) == {}


def test_a_moved_pointer_is_what_the_next_reader_sees(opened: Callable[[], Catalog]) -> None:
    opened().create_table(STATES, "curated/states/")
    opened().move_pointer(STATES, EIGHTH, "curated/states/snapshot_date=2026-05-08/commit=a/")
    assert opened().partitions(STATES) == {EIGHTH: "curated/states/snapshot_date=2026-05-08/commit=a/"}
    opened().move_pointer(STATES, EIGHTH, "curated/states/snapshot_date=2026-05-08/commit=b/")
    assert opened().partitions(STATES) == {EIGHTH: "curated/states/snapshot_date=2026-05-08/commit=b/"}


def test_moving_a_pointer_to_where_it_is_changes_nothing(catalog: Catalog) -> None:
    catalog.create_table(STATES, "curated/states/")
    catalog.move_pointer(STATES, EIGHTH, "a/")
    catalog.move_pointer(STATES, EIGHTH, "a/")
    assert catalog.partitions(STATES) == {EIGHTH: "a/"}


def test_days_are_in_order_and_apart(catalog: Catalog) -> None:
    catalog.create_table(STATES, "curated/states/")
    catalog.move_pointer(STATES, NINTH, "ninth/")
    catalog.move_pointer(STATES, EIGHTH, "eighth/")
    assert list(catalog.partitions(STATES).items()) == [(EIGHTH, "eighth/"), (NINTH, "ninth/")]


def test_tables_are_apart(catalog: Catalog) -> None:
    catalog.create_table(STATES, "curated/states/")
    catalog.create_table(STATES_QUARANTINE, "curated/states_quarantine/")
    catalog.move_pointer(STATES, EIGHTH, "a/")
    assert catalog.partitions(STATES_QUARANTINE) == {}


def test_a_year_of_days_is_listed_whole(catalog: Catalog) -> None:
    catalog.create_table(STATES, "curated/states/")
    days = [date.fromordinal(EIGHTH.toordinal() + offset) for offset in range(130)]
    for day in days:
        catalog.move_pointer(STATES, day, f"{day}/")
    assert catalog.partitions(STATES) == {day: f"{day}/" for day in days}


def test_an_existing_table_gets_new_columns_and_keeps_its_days(catalog: Catalog) -> None:
    catalog.create_table(STATES, "curated/states/")
    catalog.move_pointer(STATES, EIGHTH, "a/")
    catalog.create_table(replace(STATES, columns=(*STATES.columns, Column("new", "int", "new"))), "curated/states/")
    catalog.create_table(STATES, "curated/states/")
    assert catalog.partitions(STATES) == {EIGHTH: "a/"}


def test_a_pointer_of_an_unknown_table_is_refused(catalog: Catalog) -> None:
    with pytest.raises(StorageError, match=r"has no table .*states: create the table first"):
        catalog.move_pointer(STATES, EIGHTH, "a/")
    assert catalog.partitions(STATES) == {}


def test_a_table_that_is_not_of_days_has_no_pointers(catalog: Catalog) -> None:
    catalog.create_table(RAW_STATES, "raw/states/")
    with pytest.raises(StorageError, match="raw_states is partitioned by year, month, day, hour"):
        catalog.move_pointer(RAW_STATES, EIGHTH, "a/")
    assert catalog.partitions(RAW_STATES) == {}
