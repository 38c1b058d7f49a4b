"""The SQL files of the project: views, queries and checks, each with a header that says what it answers.

A header is the comment at the top of the file::

    -- Question:   which aircraft climbed fastest?
    -- Grain:      one aircraft
    -- Reads:      airborne_states
    -- Scan:       one day; states 7 columns
    -- Parameters: :flight_date date, the UTC day (default: the newest day)
    --             :row_limit integer, how many aircraft (default: 20)

The scan is a budget: what the statement reads of each table's files and no more, which a test holds.
A parameter has a type (date, timestamp, string, integer, double), a meaning and, where one is sensible, a default: a
value, `the newest day` or `the oldest day` (of the first table under Reads) or `now`.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

from flightlake.errors import FlightLakeError

Type = Literal["date", "timestamp", "string", "integer", "double"]

Kind = Literal["views", "queries", "checks"]

Reach = Literal["one aircraft of one day", "one day", "the days asked for", "every day"]
"""How much of a table a statement reads; where days are asked for, those."""

_FOLDER = Path(__file__).parents[2] / "sql"
_KEYS = ("Question", "Grain", "Reads", "Scan", "Parameters")
_ENTRY = re.compile(rf"-- ({'|'.join(_KEYS)}):\s+(.*)")
_CONTINUED = re.compile(r"--\s{2,}(.*)")
_SCAN = re.compile(rf"({'|'.join(get_args(Reach))}); (\w+ \d+ columns?(?:, \w+ \d+ columns?)*)")
_PARAMETER = re.compile(rf":(\w+)\s+({'|'.join(get_args(Type))}),\s+(.*?)(?:\s+\(default: ([^()]+)\))?")


_TOKEN = re.compile(r"""--[^\n]*|'(?:[^']|'')*'|"[^"]*"|(?<![:\w]):([A-Za-z_]\w*)""")
"""Comments, texts, quoted names, and what remains of the form `:name`: a parameter."""

_VIEW_HEAD = re.compile(r"create\s+or\s+replace\s+view\s+\w+\s+as\s+", re.IGNORECASE)


@dataclass(frozen=True)
class Parameter:
    """One parameter as its query declares it.

    Attributes:
        default: what stands where no value is given; None where one must be given.
    """

    name: str
    type: Type
    meaning: str
    default: str | None = None

    def __str__(self) -> str:
        """Return name, type and default in one line."""
        return f"{self.name} ({self.type}{f', default {self.default}' if self.default else ''})"


@dataclass(frozen=True)
class ScanBudget:
    """Scan budget of a statement.

    Attributes:
        column_counts: by table; the partition is in the path and is no column.
    """

    reach: Reach
    column_counts: dict[str, int]

    def __str__(self) -> str:
        """Return the budget as a header has it."""
        counts = (f"{table} {count} column{'' if count == 1 else 's'}" for table, count in self.column_counts.items())
        return f"{self.reach}; {', '.join(counts)}"


@dataclass(frozen=True)
class SqlFile:
    """One file under `sql/`, named after the object or the question it holds."""

    name: str
    kind: Kind
    text: str
    question: str
    grain: str
    reads: tuple[str, ...]
    scan: ScanBudget
    parameters: tuple[Parameter, ...]


def sql_files(kind: Kind) -> dict[str, SqlFile]:
    """Return the files of a kind by name, in the order of names.

    Raises:
        FlightLakeError: a file has no complete header.
    """
    return {path.stem: parsed_file(path, kind) for path in sorted((_FOLDER / kind).glob("*.sql"))}


def parsed_file(path: Path, kind: Kind) -> SqlFile:
    """Return a file with its header read.

    Raises:
        FlightLakeError: the header is not complete.
    """
    text = path.read_text(encoding="utf-8")
    header = _header(text)
    missing = [key for key in _KEYS if not header.get(key)]
    if missing:
        raise FlightLakeError(f"{path}: the header lacks {', '.join(missing)}; see flightlake/schema/sql_files.py")
    reads = tuple(name.strip() for name in " ".join(header["Reads"]).split(","))
    return SqlFile(
        name=path.stem,
        kind=kind,
        text=text,
        question=" ".join(header["Question"]),
        grain=" ".join(header["Grain"]),
        reads=reads,
        scan=scan_budget(" ".join(header["Scan"]), path),
        parameters=_parameters(header["Parameters"], path),
    )


def scan_budget(text: str, path: Path) -> ScanBudget:
    """Return the budget that a header's text states; `path` is where it stands.

    Raises:
        FlightLakeError: the text is of another form.
    """
    found = _SCAN.fullmatch(text)
    if found is None:
        raise FlightLakeError(f"{path}: cannot read the scan {text!r}; see flightlake/schema/sql_files.py")
    counts = (entry.split() for entry in found[2].split(", "))
    return ScanBudget(cast("Reach", found[1]), {table: int(count) for table, count, _ in counts})


def published_statements() -> list[str]:
    """Return the queries that the project's first README published, letter by letter."""
    lines = (_FOLDER / "published.sql").read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.startswith("--"))
    return [part.strip() for part in text.split(";") if part.strip()]


def statement(file: SqlFile) -> str:
    """Return the file's statement without its header and without the semicolon."""
    lines = file.text.splitlines()
    start = next(number for number, line in enumerate(lines) if not line.startswith("--"))
    return "\n".join(lines[start:]).strip().removesuffix(";").rstrip()


def view_body(file: SqlFile) -> str:
    """Return the select of a view's file."""
    return _VIEW_HEAD.sub("", statement(file), count=1)


def positional(file: SqlFile) -> tuple[str, tuple[Parameter, ...]]:
    """Return a query as Athena prepares it: `?` for each parameter, and the parameters in the order of the `?`.

    A parameter that the query names twice is there twice.
    """
    declared = {parameter.name: parameter for parameter in file.parameters}
    order: list[Parameter] = []

    def replaced(token: re.Match[str]) -> str:
        if token[1] not in declared:
            return token[0]
        order.append(declared[token[1]])
        return "?"

    return _TOKEN.sub(replaced, statement(file)), tuple(order)


def _header(text: str) -> dict[str, list[str]]:
    header: dict[str, list[str]] = {}
    key = ""
    for line in text.splitlines():
        if found := _ENTRY.fullmatch(line):
            key = found[1]
            header[key] = [found[2].strip()]
        elif key and (found := _CONTINUED.fullmatch(line)):
            header[key].append(found[1].strip())
        else:
            break
    return header


def _parameters(lines: list[str], path: Path) -> tuple[Parameter, ...]:
    if lines == ["none"]:
        return ()
    entries = re.split(r"\s+(?=:\w)", " ".join(lines))
    found = [_PARAMETER.fullmatch(entry) for entry in entries]
    if not all(found):
        raise FlightLakeError(f"{path}: cannot read the parameters {lines}; see flightlake/schema/sql_files.py")
    return tuple(
        Parameter(match[1], cast("Type", match[2]), match[3], match[4]) for match in found if match is not None
    )
