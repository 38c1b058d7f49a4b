"""What a command prints: JSON that is JSON, tables that are whole, errors in a line."""

import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from cli.output import (
    OutputFormat,
    TableFormat,
    cell_text,
    csv_cell,
    emit_json,
    print_csv,
    print_error,
    print_table,
    progress,
    stdout_console,
)
from flightlake.errors import StorageError


def test_a_document_is_one_json_text(capsys: pytest.CaptureFixture[str]) -> None:
    at = datetime(2026, 5, 8, 23, 59, tzinfo=UTC)
    emit_json({"at": at, "day": date(2026, 5, 8), "n": [1, 2.5, Decimal("1.5"), float("nan"), float("inf")], "ü": None})
    assert json.loads(capsys.readouterr().out) == {
        "at": "2026-05-08T23:59:00+00:00",
        "day": "2026-05-08",
        "n": [1, 2.5, 1.5, None, None],
        "ü": None,
    }


def test_what_has_no_form_in_json_is_a_fault_of_the_program() -> None:
    with pytest.raises(TypeError, match="no JSON form for object"):
        emit_json({"x": object()})


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "true"),
        (0.1 + 0.2, "0.3"),
        (100.0, "100"),
        (1e15 / 7, "142857142857142.84375"),
        (float("nan"), "nan"),
        (1234567, "1234567"),
        (datetime.fromisoformat("2026-05-08T12:00"), "2026-05-08 12:00:00"),
        (["a", None], "a, "),
        ("[bold]x[/]", "[bold]x[/]"),
    ],
)
def test_a_cell_is_what_a_person_reads(value: object, text: str) -> None:
    assert cell_text(value) == text


def test_a_piped_table_is_never_cut(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["long", "n"], [("x" * 300, 1), ("[red]", None)], title="a title", numeric=[1])
    out = capsys.readouterr().out
    assert "x" * 300 in out
    assert "[red]" in out


def test_progress_is_silent_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    for output in (OutputFormat.TABLE, OutputFormat.JSON, TableFormat.CSV):
        with progress(output) as shown:
            shown.advance(shown.add_task("work", total=1))
    assert capsys.readouterr() == ("", "")


def test_an_error_is_told_on_stderr_as_it_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    print_error(StorageError("a [bold] " + "word " * 40 + "end"))
    print_error(FileNotFoundError(2, "No such file", "/x"))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == ["error: a [bold] " + "word " * 40 + "end", "error: No such file: /x"]


@pytest.mark.parametrize(
    "formula",
    [
        "=1+1",
        "=cmd|'/C calc'!A0",
        "+A1",
        "-A1",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "\uff1d1",
        "\uff0b1",
        "\uff0d1",
        "\uff20A1",
        "-",
    ],
)
def test_a_text_that_a_spreadsheet_would_run_is_defused_in_csv(formula: str) -> None:
    assert csv_cell(formula) == f"'{formula}"


@pytest.mark.parametrize(
    "value",
    [-1, -1.5, None, 0, "-1.5", "+3", "-1e-9", "-05", "DLH-9", "a=b", " =1", "2026-05-08", "'", "", '["=1"]', "é"],
)
def test_numbers_and_other_texts_stand_in_csv_as_they_are(value: object) -> None:
    assert csv_cell(value) == value


def test_csv_is_read_back_as_it_was_whatever_a_cell_holds(capsys: pytest.CaptureFixture[str]) -> None:
    cells = ["a,b", 'a"b', "a\nb", "a\rb", "a\r\nb", "", "\x1b[2J", "ü", "a;b", "a\tb", "x\r\n"]
    print_csv(["n", "cell"], enumerate(cells))
    out = capsys.readouterr().out
    read = list(csv.reader(io.StringIO(out, newline="")))
    assert read == [["n", "cell"], *([str(number), cell] for number, cell in enumerate(cells))]
    assert out.startswith("n,cell\n0,")


STRANGE = "a\x1b[2J\x1b]0;owned\x1b\\b\x7f\x9b31m\u202ec"


def test_what_a_terminal_would_obey_is_shown_and_not_obeyed(capsys: pytest.CaptureFixture[str]) -> None:
    print_table([STRANGE], [(STRANGE,), ([STRANGE],)], title=STRANGE)
    stdout_console().print(f"[bold]{STRANGE}[/]", soft_wrap=True)
    print_error(StorageError(STRANGE))
    captured = capsys.readouterr()
    assert (captured.out + captured.err).count("a␛[2J␛]0;owned␛\\b␡\ufffd31m\ufffdc") == 6
    assert not set("\x1b\x7f\x9b\u202e") & set(captured.out + captured.err)
