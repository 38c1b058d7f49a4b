"""Reading statements: where they part, what is refused, and where an error points."""

import pytest

from duckdb_engine.sql.errors import SqlError
from duckdb_engine.sql.statements import parsed, statements_of

NEVER_CHANGES = "is not run: a query reads the lake and never changes it; begin with SELECT, WITH, SHOW or DESCRIBE"


def error_of(text: str) -> str:
    with pytest.raises(SqlError) as caught:
        _read(text)
    return str(caught.value)


def _read(text: str) -> None:
    for statement in statements_of(text):
        parsed(statement)


def test_statements_part_at_semicolons_outside_texts_and_comments() -> None:
    text = "select ';' as a; -- not; here\n\n;/* ; */ select 2;"
    assert [statement.text.strip() for statement in statements_of(text)] == ["select ';' as a", "select 2"]


def test_positions_in_a_later_statement_are_positions_in_the_text() -> None:
    assert error_of("select 1;\n\n  select icao24 form states x").splitlines() == [
        "line 3, column 22: unexpected here: states",
        "    select icao24 form states x",
        "                       ^",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "insert into states select * from states",
        "delete from states",
        "drop table states",
        "create table t as select 1",
        "update states set icao24 = ''",
        "merge into states using t on true when matched then delete",
        "unload (select 1) to 's3://bucket/' with (format = 'parquet')",
        "attach 'x.db'",
        "copy states to 'x'",
        "set threads = 1",
        "pragma version",
        "explain analyze select 1",
        "call x()",
        "with t as (select 1 as a) insert into states select a from t",
    ],
)
def test_what_is_no_question_is_refused(text: str) -> None:
    word = text.split(maxsplit=1)[0].upper()
    assert f"{word} {NEVER_CHANGES}" in error_of(text)


def test_a_refusal_points_at_the_second_statement() -> None:
    assert error_of("select 1;\ndrop table t").splitlines() == [
        f"line 2, column 1: DROP {NEVER_CHANGES}",
        "  drop table t",
        "  ^",
    ]


@pytest.mark.parametrize("text", ["", "  \n", ";;", "-- only a comment", "/* nothing */;"])
def test_no_statement_is_told(text: str) -> None:
    assert error_of(text).startswith("there is no statement")


def test_an_open_quote_is_shown_where_it_opens() -> None:
    assert error_of("select 'a',\n  'it''s").splitlines()[1:] == ["    'it''s", "    ^"]
    assert error_of('select "a').splitlines()[1:] == ['  select "a', "         ^"]


@pytest.mark.parametrize("text", ["select a,, b from t", "select a, from t", "select f(a,) from t"])
def test_a_comma_that_leads_nowhere_is_shown(text: str) -> None:
    lines = error_of(text).splitlines()
    assert "nothing follows this comma" in lines[0]
    assert lines[1][lines[2].index("^")] == ","


def test_an_unfinished_statement_is_shown_at_its_place() -> None:
    lines = error_of("select (icao24\nfrom states").splitlines()
    assert lines[0].startswith("line 2, column")
    assert lines[1].strip() == "from states"


@pytest.mark.parametrize("text", ["select 1", "WITH a AS (SELECT 1) SELECT * FROM a", "(select 1) union all select 2"])
def test_questions_pass(text: str) -> None:
    (statement,) = statements_of(text)
    parsed(statement)
    assert not statement.looks_at_names


@pytest.mark.parametrize("text", ["show tables", "DESCRIBE states", "desc states"])
def test_show_and_describe_look_at_names(text: str) -> None:
    (statement,) = statements_of(text)
    assert statement.looks_at_names
