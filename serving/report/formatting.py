"""Formatting of numbers, sizes, times and places for readers; a no-break space ties a number to its unit."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

NBSP = "\u00a0"
ABSENT = "\u2013"


def count(number: float | None) -> str:
    """Return a whole number with thousands separators.

    >>> count(210447)
    '210,447'
    """
    return ABSENT if number is None else f"{number:,.0f}"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    r"""Return a number with its noun.

    >>> counted(1, "response"), counted(2, "country", "countries")
    ('1\xa0response', '2\xa0countries')
    """
    return f"{count(number)}{NBSP}{noun if number == 1 else plural or noun + 's'}"


def size(number_bytes: int) -> str:
    r"""Return a size in decimal units.

    >>> size(999), size(4_347_504)
    ('999\xa0B', '4.3\xa0MB')
    """
    value = float(number_bytes)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 999.5:
            return f"{value:.0f}{NBSP}{unit}" if unit == "B" or value >= 100 else f"{value:.1f}{NBSP}{unit}"
        value /= 1000
    return f"{value:,.1f}{NBSP}TB"


def percent(part: float, whole: float) -> str:
    r"""Return a percentage; only an exact 0 or 1 reads 0 % or 100 %.

    >>> percent(1, 8), percent(1, 10**6), percent(999_999, 10**6)
    ('12.5\xa0%', '<\xa00.1\xa0%', '>\xa099.9\xa0%')
    """
    if not whole:
        return ABSENT
    value = 100 * part / whole
    if 0 < value < 0.05:
        return f"<{NBSP}0.1{NBSP}%"
    if 99.95 <= value < 100:
        return f">{NBSP}99.9{NBSP}%"
    return f"{value:.0f}{NBSP}%" if value in (0, 100) else f"{value:.1f}{NBSP}%"


def score(value: float | None) -> str:
    """Return a quality score to two decimals; only a perfect one reads 100.

    >>> score(99.0871), score(100.0), score(99.9995)
    ('99.09', '100', '99.99')
    """
    if value is None:
        return ABSENT
    return "100" if value == 100 else f"{min(value, 99.99):.2f}"


def clock(at: datetime | None) -> str:
    r"""Return a UTC instant to the second.

    >>> clock(datetime(2026, 5, 8, 17, 48, 11))
    '8\xa0May\xa02026 17:48:11'
    """
    return ABSENT if at is None else f"{day(at.date())} {at:%H:%M:%S}"


def day(value: date) -> str:
    r"""Return a day with the name of its month.

    >>> day(date(2026, 5, 8))
    '8\xa0May\xa02026'
    """
    return f"{value.day}{NBSP}{value:%B}{NBSP}{value:%Y}"


def days(values: Sequence[date]) -> str:
    r"""Return the first and last of some days, naming month and year once where they are the same.

    >>> days([date(2026, 5, 8), date(2026, 5, 9)])
    '8 to 9\xa0May\xa02026'
    >>> days([date(2026, 12, 31), date(2027, 1, 1)])
    '31\xa0December\xa02026 to 1\xa0January\xa02027'
    """
    first, last = values[0], values[-1]
    if first == last:
        return day(first)
    is_one_month = (first.year, first.month) == (last.year, last.month)
    return f"{first.day if is_one_month else day(first)} to {day(last)}"


def duration(span: timedelta | float) -> str:
    r"""Return a duration (or seconds) in its two largest units.

    >>> duration(90), duration(3_700), duration(timedelta(days=2, hours=3)), duration(45)
    ('1\xa0min 30\xa0s', '1\xa0h 1\xa0min', '2\xa0d 3\xa0h', '45\xa0s')
    """
    seconds = round(span.total_seconds() if isinstance(span, timedelta) else span)
    parts = []
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        if seconds >= length:
            parts.append(f"{seconds // length}{NBSP}{unit}")
            seconds %= length
        elif parts:
            break
    return " ".join(parts[:2]) or f"0{NBSP}s"


def place(longitude_deg: float, latitude_deg: float) -> str:
    r"""Return a position to a tenth of a degree.

    >>> place(-74.42, 40.51)
    '40.5°\xa0N, 74.4°\xa0W'
    """
    north, east = ("N" if latitude_deg >= 0 else "S"), ("E" if longitude_deg >= 0 else "W")
    return f"{abs(latitude_deg):.1f}°{NBSP}{north}, {abs(longitude_deg):.1f}°{NBSP}{east}"
