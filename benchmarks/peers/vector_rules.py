"""The rules over whole columns with numpy: their SQL, through its Python form, with `&` for `and` and arrays as values.

A column of numbers or flags is an array of doubles with NaN for null; one of texts is pyarrow's.
"""

import ast
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flightlake.quality.rule_compiler import python_expression


class Vectorized(ast.NodeTransformer):
    """Turns an expression over one row into one over columns."""

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        operator = ast.BitAnd() if isinstance(node.op, ast.And) else ast.BitOr()
        first, *others = [self._truth(value) for value in node.values]
        for other in others:
            first = ast.BinOp(first, operator, other)
        return first

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        operand = self.visit(node.operand)
        if not isinstance(node.op, ast.Not):
            return ast.UnaryOp(node.op, operand)
        return ast.Call(ast.Name("negated", ast.Load()), [operand], [])

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        pairs = zip([node.left, *node.comparators], node.ops, node.comparators, strict=False)
        first, *others = [self._pair(left, operator, right) for left, operator, right in pairs]
        for other in others:
            first = ast.BinOp(first, ast.BitAnd(), other)
        return first

    def _truth(self, node: ast.expr) -> ast.expr:
        # A flag is a number here, as it may be null.
        return ast.Compare(node, [ast.Eq()], [ast.Constant(1)]) if isinstance(node, ast.Name) else self.visit(node)

    def _pair(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> ast.expr:
        left, right = self.visit(left), self.visit(right)
        named = {ast.Is: "is_null", ast.IsNot: "is_known", ast.In: "is_in", ast.NotIn: "is_not_in"}.get(type(operator))
        if named is None:
            return ast.Compare(left, [operator], [right])
        return ast.Call(ast.Name(named, ast.Load()), [left, right], [])


def is_null(column: Any, _none: None = None) -> Any:
    """Return where a column is null."""
    if isinstance(column, pa.ChunkedArray):
        return column.is_null().to_numpy()
    return np.isnan(column)


def _text_truth(found: Any) -> Any:
    return found.fill_null(False).to_numpy()


FUNCTIONS: dict[str, Any] = {
    "is_null": is_null,
    "is_known": lambda column, _none: ~is_null(column),
    "is_in": np.isin,
    "is_not_in": lambda column, values: ~np.isin(column, values),
    "negated": lambda truth: ~(truth == 1),
    "abs": np.abs,
    "length": lambda column: pc.utf8_length(column).fill_null(-1).to_numpy(),
    "len": lambda column: pc.utf8_length(column).fill_null(-1).to_numpy(),
    "regexp_like": lambda column, pattern: _text_truth(pc.match_substring_regex(column, pattern)),
}


def truth(predicate: str, columns: Mapping[str, Any], row_count: int) -> Any:
    """Return, of each row, whether a rule's predicate is true; null is false."""
    tree = Vectorized().visit(ast.parse(python_expression(predicate), mode="eval"))
    code = compile(ast.fix_missing_locations(tree), predicate, "eval")
    with np.errstate(invalid="ignore"):
        found = eval(code, FUNCTIONS | dict(columns))
    return np.broadcast_to(np.asarray(found) == 1, row_count)
