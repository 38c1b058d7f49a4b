"""From text to single statements: where each begins, and that none of them writes."""

import re
from itertools import pairwise

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError
from sqlglot.tokenizer_core import Token, TokenType

from duckdb_engine.sql.errors import SqlError, at_place
from duckdb_engine.sql.statement import LOOKING_WORDS, Statement

DIALECT = "athena"

_READING = frozenset({"SELECT", "WITH", "TABLE", "("})
_NEVER_AFTER_A_COMMA = frozenset({TokenType.COMMA, TokenType.FROM, TokenType.R_PAREN, TokenType.SEMICOLON})
_OPEN_QUOTE = "a quote or a comment is opened and not closed"


def statements_of(source: str) -> list[Statement]:
    """Return the statements of a text, which `;` parts; empty ones are left out.

    Raises:
        SqlError: there is none, one would write, or a quote is not closed.
    """
    statements = [_statement(source, tokens) for tokens in _parted(_tokens(source))]
    if not statements:
        raise SqlError("there is no statement: write one, or name a query (flightlake query --list)")
    return statements


def parsed(statement: Statement) -> exp.Query:
    """Return the syntax tree of a statement that asks for rows.

    Raises:
        SqlError: it is no Athena SQL.
    """
    try:
        tree = sqlglot.parse_one(statement.text, read=DIALECT)
    except ParseError as exc:
        raise SqlError(_parse_error(exc, statement.source)) from exc
    if not isinstance(tree, exp.Query):
        raise _writes(statement.source, statement.first_word, len(statement.text) - len(statement.text.lstrip()))
    return tree


def _tokens(source: str) -> list[Token]:
    try:
        return sqlglot.tokenize(source, read=DIALECT)
    except TokenError as exc:
        raise SqlError(_at_offset(_OPEN_QUOTE, source, _last_open_quote(source))) from exc


def _last_open_quote(source: str) -> int:
    """Return where the quote or comment begins that is never closed; 0 where it cannot be found."""
    pieces = re.compile(r"""--[^\n]*|/\*.*?\*/|'(?:[^']|'')*+'|"(?:[^"]|"")*+\"""", re.DOTALL)
    rest = pieces.sub(lambda piece: " " * len(piece[0]), source)
    found = re.search(r"""['"]|/\*""", rest)
    return found.start() if found else 0


def _parted(tokens: list[Token]) -> list[list[Token]]:
    parts: list[list[Token]] = [[]]
    for token in tokens:
        if token.token_type == TokenType.SEMICOLON:
            parts.append([])
        elif token.text:  # an empty one only says in which of Athena's two grammars the statement is written
            parts[-1].append(token)
    return [part for part in parts if part]


def _statement(source: str, tokens: list[Token]) -> Statement:
    first, last = tokens[0], tokens[-1]
    word = first.text.upper()
    if word not in _READING | LOOKING_WORDS:
        raise _writes(source, word, first.start)
    for token, following in pairwise(tokens):
        # sqlglot reads over it, Athena does not.
        if token.token_type == TokenType.COMMA and following.token_type in _NEVER_AFTER_A_COMMA:
            raise SqlError(_at_offset("nothing follows this comma", source, token.start))
    blank = re.sub(r"[^\n]", " ", source[: first.start])
    return Statement(blank + source[first.start : last.end + 1], source, word)


def _writes(source: str, word: str, place: int) -> SqlError:
    message = (
        f"{word} is not run: a query reads the lake and never changes it; begin with SELECT, WITH, SHOW or DESCRIBE"
    )
    return SqlError(_at_offset(message, source, place))


def _at_offset(message: str, source: str, offset: int) -> str:
    before = source[:offset]
    return at_place(message, source, line=before.count("\n") + 1, column=offset - before.rfind("\n"))


def _parse_error(error: ParseError, source: str) -> str:
    first = error.errors[0]
    message = re.sub(r" but got <Token.*", "", str(first["description"])).strip().rstrip(".")
    message = message.replace("Invalid expression / Unexpected token", "unexpected here")
    near = str(first.get("highlight") or "")
    # The parser counts columns at the end of the word it stumbled over.
    column = int(first["col"]) - max(len(near) - 1, 0)
    return at_place(f"{message}: {near}" if near else message, source, line=int(first["line"]), column=column)
