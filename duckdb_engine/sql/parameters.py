"""Parameters of a query: `:name` in its text, declared in its header, given as text and read as values."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from duckdb_engine.sql.errors import SqlError, did_you_mean
from flightlake.schema.sql_files import Parameter, Type

Value = date | datetime | str | int | float


def values_of(
    parameters: Sequence[Parameter], given: Mapping[str, str], named_default: Callable[[str], Value | None]
) -> dict[str, Value]:
    """Return the value of each parameter, from what was given or its default.

    Args:
        parameters: what the query takes.
        given: texts by name.
        named_default: gives the value of a default that is described rather than written ("the newest day"); None
            where the description is a value itself.

    Raises:
        SqlError: one is missing, unknown, or not of its type.
    """
    takes = f"; the query takes {', '.join(map(str, parameters)) or 'no parameters'}"
    names = [parameter.name for parameter in parameters]
    for name in given:
        if name not in names:
            raise SqlError(f"unknown parameter {name}{did_you_mean(name, names)}{takes}")
    missing = [entry.name for entry in parameters if entry.default is None and entry.name not in given]
    if missing:
        example = " ".join(f"--param {name}=..." for name in missing)
        raise SqlError(f"no value for {', '.join(missing)}: add {example}{takes}")
    return {entry.name: _value(entry, given.get(entry.name), named_default) for entry in parameters}


def _value(parameter: Parameter, text: str | None, named_default: Callable[[str], Value | None]) -> Value:
    if text is None and parameter.default is not None:
        described = named_default(parameter.default)
        if described is not None:
            return described
        text = parameter.default
    try:
        return _PARSERS[parameter.type](text or "")
    except ValueError as exc:
        raise SqlError(f"parameter {parameter.name}: {text!r} is no {_FORMS[parameter.type]}") from exc


def _date(text: str) -> date:
    day = date.fromisoformat(text)
    if text != day.isoformat():
        raise ValueError(text)
    return day


def _timestamp(text: str) -> datetime:
    at = datetime.fromisoformat(text.removesuffix("Z"))
    if at.tzinfo is not None:
        raise ValueError(text)
    return at


def _double(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


_PARSERS: dict[Type, Callable[[str], Value]] = {
    "date": _date,
    "timestamp": _timestamp,
    "string": str,
    "integer": int,
    "double": _double,
}

_FORMS: dict[Type, str] = {
    "date": "date: write a UTC day as YYYY-MM-DD",
    "timestamp": "timestamp: write a UTC instant as YYYY-MM-DDTHH:MM:SS",
    "string": "string",
    "integer": "whole number",
    "double": "number",
}
