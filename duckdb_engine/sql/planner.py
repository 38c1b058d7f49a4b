"""From a statement to its plan: parsed, its parameters bound, its names resolved, in DuckDB's words."""

from collections.abc import Iterable, Mapping

from sqlglot import exp

from duckdb_engine.sql.binding import bind, undeclared
from duckdb_engine.sql.parameters import Value, values_of
from duckdb_engine.sql.pruning import partition_conditions
from duckdb_engine.sql.query_plan import QueryPlan, Reads
from duckdb_engine.sql.relations import Relations, named_relations
from duckdb_engine.sql.statement import Statement
from duckdb_engine.sql.statements import parsed
from duckdb_engine.sql.translation import duckdb_sql, qualified, tables_read


def query_plan(statement: Statement, values: Mapping[str, Value], *, declared: bool) -> QueryPlan:
    """Return the translation of a statement that asks for rows.

    Args:
        statement: the statement.
        values: of its parameters; texts where no header declares them.
        declared: whether a header declares them.

    Raises:
        SqlError: the statement is not valid, or a value is missing or fits no parameter.
    """
    source, tree = statement.source, parsed(statement)
    if not declared:
        texts = {name: str(value) for name, value in values.items()}
        values = values_of(undeclared(tree), texts, lambda _default: None)
    bind(tree, values)
    relations = named_relations(tables_read(tree, source), source)
    typed = qualified(tree, relations.columns, source)
    partition_columns = {
        name: [column.name for column in table.partition_columns] for name, table in relations.tables.items()
    }
    conditions = partition_conditions(typed, relations.views, partition_columns)
    return QueryPlan(duckdb_sql(typed, source), _reads(relations, conditions))


def reads_of(names: Iterable[str]) -> Reads:
    """Return tables and views with every partition, and what the views read.

    Raises:
        SqlError: there is no table or view of a name.
    """
    return _reads(named_relations(names, ""), {})


def _reads(relations: Relations, conditions: Mapping[str, exp.Expr | None]) -> Reads:
    return Reads(
        {name: _partitions_wanted(conditions.get(name)) for name in relations.tables},
        {name: duckdb_sql(view.copy(), "") for name, view in relations.views.items()},
    )


def _partitions_wanted(condition: exp.Expr | None) -> str | None:
    if condition is None:
        return None
    return duckdb_sql(exp.select("*").from_("partitions").where(condition.copy()), "")
