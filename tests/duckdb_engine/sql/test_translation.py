"""Names resolved against the contract, and errors that show what cannot be resolved."""

import pytest
from support.lakes import LakeBuilder, a_state

from duckdb_engine.engine import Engine, QueryResult
from duckdb_engine.sql.errors import SqlError


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> LakeBuilder:
    builder = LakeBuilder(tmp_path_factory.mktemp("translation") / "lake")
    builder.publish("states", [a_state()])
    return builder


def query(lake: LakeBuilder, sql: str) -> QueryResult:
    with Engine(lake.lake) as engine:
        return engine.query(sql)


@pytest.mark.parametrize(
    ("sql", "message", "pointed_at"),
    [
        ("select\n    icao24,\n    altitud\nfrom states", "line 3, column 5: no column altitud in states", "altitud"),
        ("select calsign from states", "no column calsign in states; did you mean callsign?", "calsign"),
        ("select s.nothing from states as s", "no column nothing in states", "nothing"),
        ("select icao24 from states, states_quarantine", "icao24 stands in states and states_quarantine", "icao24"),
        ("select icao24 from stats", "no table or view stats; did you mean states", "stats"),
        ("select 1 from read_parquet('x')", "read_parquet is no table", "read_parquet"),
        ("select icao24 as i from states where i = 'a'", "no column i in states", "i = "),
        ("select icao24, count(*) from states", 'column "icao24" must appear in the GROUP BY', "icao24"),
        ("select sqroot(4)", "function sqroot is not known here", "sqroot"),
    ],
)
def test_an_error_shows_its_place(lake: LakeBuilder, sql: str, message: str, pointed_at: str) -> None:
    with pytest.raises(SqlError) as caught:
        query(lake, sql)
    first, line, caret = str(caught.value).splitlines()
    assert message in first
    assert line[caret.index("^") :].startswith(pointed_at)


def test_the_names_of_a_database_and_a_catalog_are_no_matter(lake: LakeBuilder) -> None:
    assert query(lake, "select icao24 from flightlake_dev.states").rows == [("3c6444",)]
    assert query(lake, 'select icao24 from awsdatacatalog."flightlake".STATES').rows == [("3c6444",)]


def test_results_without_a_name_get_athenas(lake: LakeBuilder) -> None:
    result = query(lake, "select icao24, count(*), 1 + 1 from states group by icao24")
    assert result.columns == ("icao24", "_col1", "_col2")
    assert query(lake, "select 1 union all select 2").columns == ("_col0",)


def test_a_name_of_a_subquery_hides_a_table(lake: LakeBuilder) -> None:
    assert query(lake, "with states as (select 'x' as icao24) select icao24 from states").rows == [("x",)]


def test_a_star_is_the_contracts_columns_in_order(lake: LakeBuilder) -> None:
    columns = query(lake, "select * from states").columns
    assert (columns[0], columns[-2:], len(columns)) == ("icao24", ("snapshot_at", "snapshot_date"), 19)
