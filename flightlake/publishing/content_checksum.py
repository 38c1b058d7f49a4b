"""Content checksum of a day: one definition, which every engine computes in its own SQL.

A row contributes `hash of its texts x number of its values`, modulo a prime, twice with different hashes. The sums over
all rows make the checksum, so the order of rows does not matter, and an engine may add up rows of equal texts before it
multiplies: texts repeat all day, and hashing them is what would cost.

Doubles count in steps of 0.000001; a smaller difference is not seen. Verification compares the rows themselves.
"""

from flightlake.opensky.fields import decoded_name
from flightlake.schema.tables.states import STATES

PRIME = 2**31 - 1
"""Products of two remainders fit into 64 bits, and sums of 4 billion of them too."""

_GENERATOR = 48_271
"""Its powers modulo the prime are the coefficients. Source: Park and Miller, Communications of the ACM 36(7), 1993."""

_LARGEST = 1e9
_STEPS = 1e6
_HASH_DIGITS = 7
_NUMBERS = tuple(column for column in STATES.columns if column.type != "string")

TEXT_COLUMNS: tuple[str, ...] = tuple(column.name for column in STATES.columns if column.type == "string")
"""Columns whose values are hashed as texts."""


def text_hash_sql() -> str:
    """Return SQL for the MD5 of a row's texts, 32 hex digits; a null counts as empty, which no text is."""
    texts = ", ".join(f"coalesce({name}, '')" for name in TEXT_COLUMNS)
    return f"md5(concat_ws('|', {texts}))"


def hash_digits_sql(text_hash: str) -> tuple[str, str]:
    """Return SQL for the two groups of hex digits of an MD5 that the two sums use."""
    first, second = (f"substr({text_hash}, {start}, {_HASH_DIGITS})" for start in (1, 1 + _HASH_DIGITS))
    return first, second


def numbers_sql() -> str:
    """Return SQL for the remainder that stands for a row's other values, as bigint; reads decoded columns."""
    terms = [f"({_whole(column.name, column.type)} % {PRIME})" for column in _NUMBERS]
    nulls = " + ".join(
        f"(case when {decoded_name(column)} is null then {1 << place} else 0 end)"
        for place, column in enumerate(_NUMBERS)
    )
    weighted = [f"coalesce({term} * {_coefficient(place)} % {PRIME}, 0)" for place, term in enumerate(terms, start=1)]
    return f"(({' + '.join([*weighted, f'(cast({nulls} as bigint) * {_coefficient(0)} % {PRIME})'])} + 1) % {PRIME})"


def content_checksum(first: int | None, second: int | None) -> str:
    """Return the checksum of two sums over all rows; None is the sum over no row.

    >>> content_checksum(None, None)
    '0000000000000000'
    """
    return "".join(f"{(total or 0) % PRIME:08x}" for total in (first, second))


def _whole(name: str, kind: str) -> str:
    """Return SQL for a value as a whole number."""
    if kind == "double":
        return f"cast(floor(greatest(least({name}, {_LARGEST:.1f}), -{_LARGEST:.1f}) * {_STEPS:.1f}) as bigint)"
    if kind == "timestamp":
        return f"cast({name}_s as bigint)"
    return f"cast({name} as bigint)"


def _coefficient(place: int) -> int:
    return pow(_GENERATOR, place + 1, PRIME)
