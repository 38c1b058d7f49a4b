"""`flightlake query`: run a query of the project, a statement or a file of statements."""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.options import OptionalLakeOption, StackOption, TableFormatOption
from cli.output import TableFormat, emit_json, print_csv, print_note, print_table, stdout_console
from duckdb_engine.engine import Engine, RowStream
from duckdb_engine.plans import Plans, remembered_plans
from duckdb_engine.sql.files import named_file
from duckdb_engine.sql.statement import Statement
from flightlake.errors import UsageError
from flightlake.schema.sql_files import SqlFile, sql_files

_NUMERIC = re.compile(r"(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL.*)")


def command(
    name_or_sql: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME_OR_SQL",
            help="A query's name (see --list), a statement in quotes, or a file: path.sql or @path.",
            autocompletion=lambda: [(file.name, file.question) for file in sql_files("queries").values()],
        ),
    ] = None,
    lake: OptionalLakeOption = None,
    param: Annotated[
        list[str] | None,
        typer.Option("--param", "-p", metavar="NAME=VALUE", help="A parameter's value; may be given several times."),
    ] = None,
    _stack: StackOption = None,
    output: TableFormatOption = TableFormat.TABLE,
    limit: Annotated[
        int, typer.Option("--limit", min=0, help="Rows that a table shows; csv and json always hold every row.")
    ] = 50,
    list_queries: Annotated[
        bool, typer.Option("--list", help="List the queries, or tell what NAME_OR_SQL answers and takes.")
    ] = False,
) -> None:
    """Ask the lake: run a query by name, or SQL of your own as Athena understands it.

    Try:

        flightlake query --list

        flightlake query --lake L altitude_bands --param flight_date=2026-05-08

        flightlake query --lake L "select count(*) from states" --format json

    A query reads the tables as they were published when it began; it can change nothing. Times are UTC.
    """
    if list_queries:
        _list(name_or_sql, output)
        return
    if name_or_sql is None:
        raise UsageError("name a query (flightlake query --list), or give a statement in quotes")
    if lake is None:
        raise UsageError("name the lake with --lake, or in FLIGHTLAKE_LAKE")
    plans = remembered_plans()
    file, statements = _asked(name_or_sql, plans)
    with Engine(lake.open(), plans=plans) as engine:
        answers = (engine.run(entry, _given(param or []), file=file) for entry in statements)
        _print_all(answers, output, limit=limit, several=len(statements) > 1)


def _asked(name_or_sql: str, plans: Plans) -> tuple[SqlFile | None, list[Statement]]:
    """Return the statements of a name, a file or a text; for a name also its file, which declares parameters."""
    if re.fullmatch(r"\w+", name_or_sql):
        file = named_file(name_or_sql)
        return file, plans.statements(file.text)
    if name_or_sql.startswith("@") or (name_or_sql.endswith(".sql") and "\n" not in name_or_sql):
        return None, plans.statements(_read(Path(name_or_sql.removeprefix("@"))))
    return None, plans.statements(name_or_sql)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as exc:
        raise UsageError(f"cannot read {path}: {exc.strerror}") from exc
    except UnicodeDecodeError as exc:
        raise UsageError(f"{path} is no text in UTF-8: byte {exc.start} is {exc.object[exc.start]:#04x}") from exc


def _given(assignments: Iterable[str]) -> dict[str, str]:
    given: dict[str, str] = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"--param {assignment!r} is not NAME=VALUE, such as flight_date=2026-05-08")
        if name.strip() in given:
            raise UsageError(f"--param {name.strip()} is given twice")
        given[name.strip()] = value
    return given


def _print_all(answers: Iterable[RowStream], output: TableFormat, *, limit: int, several: bool) -> None:
    match output:
        case TableFormat.JSON:
            # All answers first: a statement that fails leaves stdout empty.
            documents = [{"columns": answer.columns, "rows": list(answer.rows)} for answer in answers]
            emit_json(documents if several else documents[0], indent=None)
        case TableFormat.CSV:
            for position, answer in enumerate(answers):
                _print_csv(answer, after_another=position > 0)
        case TableFormat.TABLE:
            for answer in answers:
                _print_table(answer, limit)


def _print_csv(answer: RowStream, *, after_another: bool) -> None:
    if after_another:
        sys.stdout.write("\n")
    print_csv(answer.columns, answer.rows)


def _print_table(answer: RowStream, limit: int) -> None:
    shown = list(islice(answer.rows, limit))
    total = len(shown) + sum(1 for _ in answer.rows)
    numeric = [position for position, kind in enumerate(answer.types) if _NUMERIC.fullmatch(kind)]
    print_table(answer.columns, shown, numeric=numeric)
    cut = f"; the first {len(shown)} are shown, --limit {total} or --format csv gives all" if total > len(shown) else ""
    print_note(f"{total:,} {'row' if total == 1 else 'rows'}{cut}")


def _list(name: str | None, output: TableFormat) -> None:
    files = {name: named_file(name)} if name else sql_files("queries")
    documents = [_document(file) for file in files.values()]
    match output:
        case TableFormat.JSON:
            emit_json(documents[0] if name else documents)
        case TableFormat.CSV:
            print_csv(list(documents[0]), [list(document.values()) for document in documents])
        case TableFormat.TABLE if name:
            _explain(files[name])
        case TableFormat.TABLE:
            rows = [(file.name, file.question, "\n".join(map(str, file.parameters))) for file in files.values()]
            print_table(("query", "question", "parameters"), rows)


def _explain(file: SqlFile) -> None:
    console = stdout_console()
    console.print(f"[bold]{file.name}[/]: {file.question}", highlight=False)
    console.print(f"grain: {file.grain}", highlight=False)
    console.print(f"reads: {', '.join(file.reads)}", highlight=False)
    console.print(f"scan:  {file.scan}", highlight=False)
    rows = [(entry.name, entry.type, entry.default, entry.meaning) for entry in file.parameters]
    if rows:
        print_table(("parameter", "type", "default", "meaning"), rows)


def _document(file: SqlFile) -> Mapping[str, Any]:
    return {
        "name": file.name,
        "question": file.question,
        "grain": file.grain,
        "reads": file.reads,
        "parameters": list(_parameters(file)),
    }


def _parameters(file: SqlFile) -> Iterator[Mapping[str, str | None]]:
    for entry in file.parameters:
        yield {"name": entry.name, "type": entry.type, "default": entry.default, "meaning": entry.meaning}
