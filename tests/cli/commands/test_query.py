"""`flightlake query`: forms of a result, files of statements, and exit codes."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from support.lakes import LakeBuilder, a_rejected, a_state, at

PUBLISHED = Path(__file__).parents[4] / "shared" / "published_queries.sql"


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> str:
    root = tmp_path_factory.mktemp("query") / "lake"
    builder = LakeBuilder(root)
    builder.publish("states", [a_state(snapshot_at=at(f"12:00:{second:02}")) for second in range(60)])
    builder.publish("states_quarantine", [a_rejected(0, ["icao24_form", "position_half"], raw_row='["a,\\"b", 1]')])
    return str(root)


def query(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from cli.app import main; main()", "query", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_json_is_one_document_and_nothing_else(lake: str) -> None:
    sql = "select snapshot_at, snapshot_date, on_ground, 1.5e0 as x, category from states order by 1 limit 1"
    result = query("--lake", lake, sql, "--format", "json")
    assert (result.returncode, result.stderr) == (0, "")
    assert json.loads(result.stdout) == {
        "columns": ["snapshot_at", "snapshot_date", "on_ground", "x", "category"],
        "rows": [["2026-05-08T12:00:00", "2026-05-08", False, 1.5, None]],
    }


def test_csv_is_quoted_and_whole(lake: str) -> None:
    result = query(
        "--lake", lake, "select reasons, raw_row, icao24 is null as b from states_quarantine", "--format", "csv"
    )
    assert list(csv.reader(io.StringIO(result.stdout))) == [
        ["reasons", "raw_row", "b"],
        ['["icao24_form", "position_half"]', '["a,\\"b", 1]', "false"],
    ]
    everything = query("--lake", lake, "select snapshot_at from states", "--format", "csv", "--limit", "1")
    assert len(everything.stdout.splitlines()) == 61


def test_a_table_is_cut_with_a_note_and_numbers_stand_right(lake: str) -> None:
    result = query("--lake", lake, "select icao24, baro_altitude_m from states", "--limit", "2")
    assert "60 rows; the first 2 are shown, --limit 60 or --format csv gives all" in result.stdout
    assert "│ 3c6444 │           10668 │" in result.stdout
    assert query("--lake", lake, "select 1").stdout.splitlines()[-1] == "1 row"


def test_a_file_of_several_statements_gives_several_answers(lake: str, tmp_path: Path) -> None:
    path = tmp_path / "two.sql"
    path.write_text("-- first\nselect 1 as a;\nselect 2 as b\n;\n")
    expected = [{"columns": ["a"], "rows": [[1]]}, {"columns": ["b"], "rows": [[2]]}]
    assert json.loads(query("--lake", lake, str(path), "--format", "json").stdout) == expected
    assert json.loads(query("--lake", lake, f"@{path}", "--format", "json").stdout) == expected


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published queries are not beside the project")
def test_the_published_file_runs_as_it_is(lake: str) -> None:
    answers = json.loads(query("--lake", lake, str(PUBLISHED), "--format", "json").stdout)
    assert [answer["rows"] for answer in answers] == [[], [["High (30-50k ft)", 60]], [[0]]]


def test_when_a_later_statement_fails_stdout_stays_empty(lake: str) -> None:
    result = query("--lake", lake, "select 1; select cast('x' as integer)", "--format", "json")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("error: ")


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (["trafic_by_hour"], 2, "no query is named trafic_by_hour; did you mean traffic_by_hour"),
        (["select nothing from states"], 2, "no column nothing in states"),
        (["drop table states"], 2, "DROP is not run"),
        (["aircraft_track"], 2, "add --param icao24=..."),
        (["altitude_bands", "--param", "flight_date"], 2, "is not NAME=VALUE"),
        (["altitude_bands", "-p", "flight_date=x", "-p", "flight_date=y"], 2, "flight_date is given twice"),
        (["altitude_bands", "--param", "flight_date=x"], 2, "'x' is no date"),
        (["missing.sql"], 2, "cannot read missing.sql: No such file"),
        (["@."], 2, "cannot read .: Is a directory"),
        ([], 2, "name a query"),
        (["select cast('x' as integer)"], 1, "cannot cast 'x' to a whole number"),
        (["coverage_gaps"], 1, "polls has no day yet"),
        (["altitude_bands", "--limit", "-1"], 2, "--limit"),
        (["altitude_bands", "--format", "xml"], 2, "--format"),
    ],
)
def test_what_goes_wrong_is_told_and_counted(lake: str, arguments: list[str], status: int, told: str) -> None:
    result = query("--lake", lake, *arguments)
    assert (result.returncode, result.stdout) == (status, "")
    assert told in result.stderr
    assert "Traceback" not in result.stderr


def test_a_place_that_is_no_lake_is_told(tmp_path: Path) -> None:
    result = query("--lake", str(tmp_path / "nowhere"), "select 1")
    assert (result.returncode, result.stdout) == (1, "")
    assert "is not a lake" in result.stderr


def test_a_query_needs_a_lake() -> None:
    assert "name the lake with --lake" in query("select 1").stderr


def test_a_file_that_is_no_text_is_told(lake: str, tmp_path: Path) -> None:
    path = tmp_path / "binary.sql"
    path.write_bytes(b"select \xff")
    assert "is no text in UTF-8: byte 7 is 0xff" in query("--lake", lake, str(path)).stderr


def test_the_queries_are_listed_without_a_lake() -> None:
    listed = json.loads(query("--list", "--format", "json").stdout)
    assert len(listed) >= 14
    assert {"name", "question", "grain", "reads", "parameters"} == set(listed[0])
    assert "altitude_bands" in query("--list").stdout
    assert query("--list", "--format", "csv").stdout.startswith("name,question,")


def test_one_query_is_explained() -> None:
    out = query("--list", "coverage_gaps").stdout
    assert "when did the lake get no responses, and why?" in out
    assert "the shortest gap that counts in seconds" in out
    document = json.loads(query("--list", "coverage_gaps", "--format", "json").stdout)
    assert document["parameters"][1] == {
        "name": "min_gap_s",
        "type": "integer",
        "default": "300",
        "meaning": "the shortest gap that counts in seconds",
    }


def test_a_query_of_a_folder_loads_neither_aws_nor_spark_nor_what_only_other_commands_need(lake: str) -> None:
    code = (
        "import contextlib, sys\nfrom cli.app import main\n"
        f"sys.argv = ['flightlake', 'query', '--lake', {lake!r}, 'traffic_by_hour']\n"
        "with contextlib.suppress(SystemExit): main()\n"
        "heavy = {'boto3', 'botocore', 'pyspark', 'py4j', 'numpy', 'altair', 'aiohttp', 'requests', 'jinja2'}\n"
        "ours = {'ingestion', 'glue_jobs', 'infra'}\n"
        "loaded = (heavy | ours) & {name.split('.')[0] for name in sys.modules}\n"
        "sys.exit(f'loaded {loaded}' if loaded else 0)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert (result.returncode, result.stderr) == (0, "")
    assert "mean_aircraft_per_snapshot" in result.stdout
