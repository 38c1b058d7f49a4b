"""The data dictionary, made from the contract and the rules: `python -m flightlake.data_dictionary` prints it."""

import sys
from collections.abc import Iterable, Iterator

from flightlake.layout import table_prefix
from flightlake.quality.rules import RULES, fingerprint
from flightlake.schema.contract import Column, Table, athena_ddl
from flightlake.schema.tables.registry import RAW_TABLES, TABLES

_HEAD = """# Data dictionary

Made from `flightlake/schema/tables/` and `flightlake/quality/rule_sets/` by `make docs`; change those, not this page.

Column names end in their unit. Instants are UTC. Absent is null, never a blank or a zero. Values are kept as received:
nothing is rounded, clipped or filled in."""

_RULES_HEAD = """## Quality rules

A row that breaks a rejecting rule goes to `states_quarantine` with the names of all that it breaks; a warning is only
counted. A rule is asked only where its condition holds. Its score is 100 x passed / checked, a dimension's the mean of
its rules, the whole the mean of the dimensions; what was never checked has no score and counts for no mean."""


def data_dictionary() -> str:
    """Return the page as Markdown."""
    sections = [_HEAD, *(_table_section(table) for table in TABLES), _rules_section()]
    return "\n\n".join(sections) + "\n"


def _table_section(table: Table) -> str:
    rows = [
        *(_column_cells(column, is_partition=False) for column in table.columns),
        *(_column_cells(column, is_partition=True) for column in table.partition_columns),
    ]
    folder = RAW_TABLES.get(table) or table_prefix(table.name)
    ddl = athena_ddl(table, location=f"s3://BUCKET/PREFIX/{folder}")
    return "\n\n".join(
        [
            f"## `{table.name}`",
            f"Grain: {table.grain}.",
            _markdown_table(("column", "type", "unit", "source index", "meaning"), rows),
            f"<details><summary>Athena DDL</summary>\n\n```sql\n{ddl}\n```\n\n</details>",
        ]
    )


def _column_cells(column: Column, *, is_partition: bool) -> tuple[str, ...]:
    index = "" if column.source_index is None else str(column.source_index)
    meaning = f"partition: {column.meaning}" if is_partition else column.meaning
    return f"`{column.name}`", column.type, column.unit or "", index, meaning


def _rules_section() -> str:
    rows = (
        (f"`{rule.name}`", rule.dimension, rule.severity, f"`{rule.applies}`", f"`{rule.broken}`", rule.meaning)
        for rule in RULES
    )
    headings = ("rule", "dimension", "severity", "asked where", "broken where", "meaning")
    fingerprint_line = f"{len(RULES)} rules, fingerprint `{fingerprint()}`."
    return f"{_RULES_HEAD}\n\n{fingerprint_line}\n\n{_markdown_table(headings, rows)}"


def _markdown_table(headings: Iterable[str], rows: Iterable[tuple[str, ...]]) -> str:
    headings = tuple(headings)
    return "\n".join(_markdown_lines(headings, rows))


def _markdown_lines(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(headings)} |"
    yield f"|{'---|' * len(headings)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |"


if __name__ == "__main__":
    sys.stdout.write(data_dictionary())
