"""Conversion of plain option values without pydantic.

typer converts every value by pydantic, whose import takes longer than most commands. Values that need no check (absent
ones, texts, flags, choices, those of a parser of this project) are converted here; all others, and every wrong one, are
left to typer, so its messages stay.
"""

from collections.abc import Iterable
from enum import Enum
from typing import Any, get_args, get_origin

import typer

_UNKNOWN = object()


def convert_plain_values(parameters: Iterable[Any]) -> None:
    """Let a command's parameters convert plain values themselves; changes them in place."""
    for parameter in parameters:
        # Releases of typer that convert in another way keep theirs.
        if hasattr(parameter, "get_runtime_param") and not isinstance(parameter.get_runtime_param, _PlainValues):
            parameter.get_runtime_param = _PlainValues(parameter.get_runtime_param)


class _PlainValues:
    """Replacement of a typer parameter's `get_runtime_param`, and the converter that it returns."""

    def __init__(self, fallback: Any) -> None:
        self._fallback = fallback

    def __call__(self) -> "_PlainValues":
        return self

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return the value in the type of its parameter."""
        plain = _plain_value(value, param)
        return self._fallback().coerce(value, param=param, ctx=ctx) if plain is _UNKNOWN else plain


def _plain_value(value: Any, parameter: Any) -> Any:
    if value is None:
        return () if parameter.multiple or parameter.nargs == -1 else None
    annotation, parser = parameter.type_descriptor.annotation, parameter.type_descriptor.parameter_info.parser
    if parameter.multiple and isinstance(value, list | tuple) and get_origin(annotation) is list:
        entries = [_plain_entry(entry, get_args(annotation)[0], parser) for entry in value]
        return _UNKNOWN if _UNKNOWN in entries else entries
    return _UNKNOWN if parameter.multiple else _plain_entry(value, annotation, parser)


def _plain_entry(value: Any, annotation: Any, parser: Any) -> Any:
    if isinstance(annotation, type) and type(value) is annotation:
        return value
    if parser is not None and isinstance(value, str):
        return _parsed(value, parser)
    if isinstance(annotation, type) and issubclass(annotation, Enum) and value in {entry.value for entry in annotation}:
        return annotation(value)
    return _UNKNOWN


def _parsed(text: str, parser: Any) -> Any:
    try:
        return parser(text)
    except (ValueError, typer.BadParameter):
        return _UNKNOWN  # typer says at which option
