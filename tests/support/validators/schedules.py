"""Validator of schedule expressions by AWS's grammar, which no schema covers: others accept `rate(30 seconds)`.

Not covered: the days `L`, `W` and `#`, which the lake does not use and which are refused here.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from infra.plan.recorder import Recorded

_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
_RATE = re.compile(r"rate\((\d+) (minute|hour|day)(s?)\)")
_CRON = re.compile(r"cron\((.+)\)")


@dataclass(frozen=True)
class Field:
    """One field of a cron expression: its unit, its range, and names for numbers."""

    what: str
    least: int
    most: int
    names: tuple[str, ...] = ()


FIELDS = (
    Field("minutes", 0, 59),
    Field("hours", 0, 23),
    Field("day of month", 1, 31),
    Field("month", 1, 12, tuple(_MONTHS)),
    Field("day of week", 1, 7, tuple(_DAYS)),
    Field("year", 1970, 2199),
)
"""Source: "Schedule types in EventBridge Scheduler" and "Time-based schedules for jobs and crawlers" of AWS Glue."""

GLUE_MINUTES = 5
"""Glue starts nothing more often. Source: as above."""


def schedule_violations(resources: Sequence[Recorded]) -> list[str]:
    """Return the schedules that AWS would refuse, as `type name: message`."""
    found = []
    for resource in resources:
        inputs, is_glue = resource.inputs, resource.type.startswith("aws:glue/")
        expression = inputs.get("schedule") if is_glue else inputs.get("scheduleExpression")
        wrong = [] if not isinstance(expression, str) else expression_violations(expression, is_glue=is_glue)
        wrong += _zone_violations(inputs.get("scheduleExpressionTimezone", "UTC"))
        found += [f"{resource.type} {resource.name}: {line}" for line in wrong]
    return found


def _zone_violations(zone: str) -> list[str]:
    try:
        ZoneInfo(zone)
    except ZoneInfoNotFoundError:
        return [f"{zone} is no time zone"]
    return []


def expression_violations(expression: str, *, is_glue: bool) -> list[str]:
    """Return the violations of an expression of EventBridge, EventBridge Scheduler or Glue.

    >>> expression_violations("rate(30 seconds)", is_glue=False)
    ['rate(30 seconds) is neither a rate of whole minutes, hours or days nor a cron expression']
    """
    rate, cron = _RATE.fullmatch(expression), _CRON.fullmatch(expression)
    if rate and not is_glue:
        count, is_plural = int(rate[1]), bool(rate[3])
        return [] if count > 0 and is_plural == (count > 1) else [f"{expression}: write `1 minute` or `2 minutes`"]
    if cron is None:
        return [f"{expression} is neither a rate of whole minutes, hours or days nor a cron expression"]
    texts = cron[1].split(" ")
    if len(texts) != len(FIELDS):
        return [f"{expression} has {len(texts)} fields, not {len(FIELDS)}"]
    return [f"{expression}: {line}" for line in _cron_violations(texts, is_glue=is_glue)]


def _cron_violations(texts: list[str], *, is_glue: bool) -> list[str]:
    wrong = [f"{field.what} {text}" for field, text in zip(FIELDS, texts, strict=True) if _values(text, field) is None]
    if (texts[2] == "?") == (texts[4] == "?"):
        wrong.append("exactly one of the two days must be ?")
    if is_glue and not wrong and _is_too_often(sorted(_values(texts[0], FIELDS[0]) or ())):
        wrong.append(f"Glue starts nothing more often than each {GLUE_MINUTES} minutes")
    return wrong


def _is_too_often(minutes: list[int]) -> bool:
    later = [*minutes[1:], minutes[0] + 60]
    return any(after - before < GLUE_MINUTES for before, after in zip(minutes, later, strict=True))


def _values(text: str, field: Field) -> set[int] | None:
    """Return the numbers that a field stands for, or None where it is not valid."""
    if text == "?":
        return {field.least} if field.what.startswith("day") else None
    found: set[int] = set()
    for part in text.split(","):
        values = _part(part, field)
        if values is None:
            return None
        found |= values
    return found


def _part(part: str, field: Field) -> set[int] | None:
    span, _, step = part.partition("/")
    first, _, last = span.partition("-")
    if span == "*":
        low, high = field.least, field.most
    else:
        low = _number(first, field)
        high = _number(last, field) if last else (field.most if step else low)
    is_whole = "/" not in part or (step.isdigit() and int(step) > 0)
    is_valid = is_whole and field.least <= low <= high <= field.most
    return set(range(low, high + 1, int(step or 1))) if is_valid else None


def _number(text: str, field: Field) -> int:
    """Return the parsed number, or a number that no field has."""
    if text in field.names:
        return field.names.index(text) + 1
    return int(text) if text.isdigit() else -1
