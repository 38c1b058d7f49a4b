"""Translations of statements, remembered in a file: making one costs more than most queries take."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from duckdb_engine.object_cache import default_cache_root
from duckdb_engine.sql.parameters import Value
from duckdb_engine.sql.query_plan import QueryPlan, Reads
from duckdb_engine.sql.statement import Statement
from flightlake.storage.durable_files import replace_file

# The parser is imported where a plan is made: that takes twice as long as importing DuckDB.
# ruff: noqa: PLC0415

_MOST_KEPT = 200
_ROOT = Path(__file__).parents[1]
_MADE_BY = ("duckdb_engine/sql", "flightlake/schema", "flightlake/schema/tables", "sql/views")
"""Folders whose files decide what a plan is."""


class Plans:
    """Makes plans of statements, and remembers them.

    Args:
        file: where they are remembered; None to make each anew. What cannot be read or written there is made anew.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._kept: dict[str, Any] | None = None

    def statements(self, source: str) -> list[Statement]:
        """Return the statements of a text; see `statements_of`.

        Raises:
            SqlError: there is none, one would write, or a quote is not closed.
        """

        def split() -> list[list[str]]:
            from duckdb_engine.sql.statements import statements_of

            return [[statement.text, statement.first_word] for statement in statements_of(source)]

        return [Statement(text, source, word) for text, word in self._remembered(["statements", source], split)]

    def plan(self, statement: Statement, values: Mapping[str, Value], *, declared: bool) -> QueryPlan:
        """Return the translation of a statement that asks for rows; see `query_plan`.

        Raises:
            SqlError: the statement is not valid, or a value is missing or fits no parameter.
        """

        def made() -> dict[str, Any]:
            from duckdb_engine.sql.planner import query_plan

            return asdict(query_plan(statement, values, declared=declared))

        named = sorted((name, type(value).__name__, str(value)) for name, value in values.items())
        found = self._remembered(["plan", statement.text, declared, named], made)
        return QueryPlan(found["sql"], Reads(**found["reads"]))

    def reads(self, names: Iterable[str]) -> Reads:
        """Return tables and views with every partition, and what the views read.

        Raises:
            SqlError: there is no table or view of a name.
        """
        listed = list(names)

        def made() -> dict[str, Any]:
            from duckdb_engine.sql.planner import reads_of

            return asdict(reads_of(listed))

        return Reads(**self._remembered(["reads", listed], made))

    def _remembered(self, question: list[Any], make: Callable[[], Any]) -> Any:
        if self._file is None:
            return make()
        key = hashlib.sha256(json.dumps(question).encode()).hexdigest()
        if self._kept is None:
            self._kept = _read(self._file)
        if key not in self._kept:
            self._kept[key] = make()
            _write(self._file, self._kept)
        return self._kept[key]


def remembered_plans() -> Plans:
    """Return plans that this user's cache folder remembers."""
    return Plans(default_cache_root() / "query-plans.json")


def _read(file: Path) -> dict[str, Any]:
    """Return the plans in a file; none where other code made them, or where it cannot be read."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        document = json.loads(file.read_bytes())
        if document["made_by"] == _makers():
            return dict(document["plans"])
    return {}


def _write(file: Path, plans: Mapping[str, Any]) -> None:
    """Remember the newest plans; without a place to write, none."""
    newest = dict(list(plans.items())[-_MOST_KEPT:])
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        replace_file(file, json.dumps({"made_by": _makers(), "plans": newest}).encode())


def _makers() -> str:
    """Return a digest of the code and the parser that make plans, by their files' sizes and times of change."""
    parser = find_spec("sqlglot")
    files = sorted(path for folder in _MADE_BY for path in (_ROOT / folder).iterdir() if path.is_file())
    facts = [(str(path), (stat := path.stat()).st_size, stat.st_mtime_ns) for path in files]
    installed = Path(parser.origin).stat().st_mtime_ns if parser and parser.origin else 0
    return hashlib.sha256(repr((facts, installed)).encode()).hexdigest()
