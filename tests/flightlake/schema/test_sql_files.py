"""What Athena is given of an SQL file."""

from pathlib import Path

from flightlake.schema.sql_files import parsed_file, positional, sql_files, statement, view_body


def query(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "a_query.sql"
    header = (
        "-- Question:   which?\n-- Grain:      one\n-- Reads:      states\n"
        "-- Scan:       one day; states 1 column\n"
        "-- Parameters: :flight_date date, the day\n--             :limit_m integer, metres (default: 5)\n"
    )
    path.write_text(header + text, encoding="utf-8")
    return path


def test_parameters_become_question_marks_in_the_order_in_which_they_stand(tmp_path: Path) -> None:
    file = parsed_file(
        query(tmp_path, "select 1 where a < :limit_m\nand b = :flight_date or c > :limit_m;\n"), "queries"
    )
    text, parameters = positional(file)
    assert text == "select 1 where a < ?\nand b = ? or c > ?"
    assert [parameter.name for parameter in parameters] == ["limit_m", "flight_date", "limit_m"]


def test_what_only_looks_like_a_parameter_stays(tmp_path: Path) -> None:
    text = "select ':limit_m', \":limit_m\", a::date -- :limit_m\nfrom states where d = 'it''s :flight_date'"
    assert positional(parsed_file(query(tmp_path, text), "queries")) == (text, ())


def test_every_declared_parameter_of_every_query_is_given() -> None:
    for file in sql_files("queries").values():
        text, parameters = positional(file)
        assert text.count("?") == len(parameters)
        assert {parameter.name for parameter in parameters} == {parameter.name for parameter in file.parameters}


def test_a_views_body_is_its_select() -> None:
    for name, file in sql_files("views").items():
        assert statement(file).startswith(f"create or replace view {name} as\nselect")
        assert view_body(file).startswith("select\n")
        assert not view_body(file).endswith(";")
