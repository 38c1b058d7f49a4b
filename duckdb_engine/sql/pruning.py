"""Which days a query can need: the conditions that it puts on a table's partitions, also through views.

Only what holds for every row that the query could use counts: conditions in `where`, joined by `and`, on the partition
alone, in a select without outer joins. The query still filters by itself; this only spares listing, fetching, opening.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, traverse_scope

_UNCERTAIN = (exp.Query, exp.AggFunc, exp.Window, exp.Rand, exp.Placeholder)
"""What makes a condition worth more than its row's partition."""


def partition_conditions(
    tree: exp.Query, views: Mapping[str, exp.Query], partition_columns: Mapping[str, Collection[str]]
) -> dict[str, exp.Expr | None]:
    """Return for each table that the query reads the condition on its bare partition columns; None where all count.

    Args:
        tree: the qualified query.
        views: the qualified queries of the views it may read.
        partition_columns: the names of each table's partition columns.
    """
    needed: dict[str, exp.Expr | None] = {}
    for table, conditions in _scans(tree, views, ()):
        usable = [entry for entry in conditions if _names(entry) <= set(partition_columns.get(table, ()))]
        condition = _bare(exp.and_(*usable)) if usable else None
        if table not in needed:
            needed[table] = condition
        else:
            before = needed[table]
            needed[table] = exp.or_(before, condition) if before is not None and condition is not None else None
    return needed


def _scans(
    tree: exp.Query, views: Mapping[str, exp.Query], from_above: Sequence[exp.Expr]
) -> Iterator[tuple[str, list[exp.Expr]]]:
    """Yield each reading of a table with the conditions on its columns."""
    for scope in traverse_scope(tree):
        if scope.is_udtf:
            continue  # an array made into rows: what it takes from the tables beside it, they are read for anyway
        conditions = [*_conjuncts(scope), *(from_above if scope.is_root else ())]
        for alias, source in scope.sources.items():
            if not isinstance(source, exp.Table):
                continue
            own = [entry for entry in conditions if _is_about(entry, alias)]
            if source.name not in views:
                yield source.name, own
            else:
                view = views[source.name]
                yield from _scans(view, views, _through(own, view))


def _conjuncts(scope: Scope) -> list[exp.Expr]:
    select = scope.expression
    where = select.args.get("where") if isinstance(select, exp.Select) else None
    if where is None or _has_outer_join(select):
        return []
    return [entry.unnest() for entry in where.this.flatten()] if isinstance(where.this, exp.And) else [where.this]


def _is_about(condition: exp.Expr, alias: str) -> bool:
    columns = list(condition.find_all(exp.Column))
    return bool(columns) and all(column.table == alias for column in columns) and not condition.find(*_UNCERTAIN)


def _through(conditions: Sequence[exp.Expr], view: exp.Query) -> list[exp.Expr]:
    """Return conditions on a view's columns as conditions on the columns below, where filtering early is the same."""
    if not isinstance(view, exp.Select) or _has_outer_join(view) or view.args.get("limit") or view.find(exp.Window):
        return []
    below = {entry.alias_or_name: entry.unalias() for entry in view.selects}

    def replaced(node: exp.Expr) -> exp.Expr:
        return below[node.name].copy() if isinstance(node, exp.Column) else node

    return [mapped for entry in conditions if not (mapped := entry.copy().transform(replaced)).find(*_UNCERTAIN)]


def _has_outer_join(select: exp.Expr) -> bool:
    return any(join.side for join in select.args.get("joins") or ())


def _names(condition: exp.Expr) -> set[str]:
    return {column.name for column in condition.find_all(exp.Column)}


def _bare(condition: exp.Expr) -> exp.Expr:
    for column in list(condition.find_all(exp.Column)):
        column.replace(exp.column(column.name, quoted=True))
    return condition
