"""Sizes of memory as a user writes them, and the default."""

import pytest

from duckdb_engine.build.memory import LEAST_BYTES, LEAST_DEFAULT_BYTES, database_limit, default_memory, parse_memory
from flightlake.errors import UsageError


@pytest.mark.parametrize(
    ("text", "size_bytes"),
    [("2G", 2 * 1024**3), ("1500M", 1500 * 1024**2), ("1.5 GiB", 1536 * 1024**2), ("600mb", 600 * 1024**2)],
)
def test_a_size_is_read_in_powers_of_1024(text: str, size_bytes: int) -> None:
    assert parse_memory(text) == size_bytes


@pytest.mark.parametrize("text", ["", "much", "-2G", "2T", "G", "1e9"])
def test_what_is_no_size_is_wrong_usage(text: str) -> None:
    with pytest.raises(UsageError, match="not a size; write it as 2G or 1500M"):
        parse_memory(text)


def test_too_little_names_the_least_that_works() -> None:
    with pytest.raises(UsageError, match=r"--memory 10M: too little; the least that works is 512M"):
        parse_memory("10M")


def test_the_default_and_the_least_leave_the_database_room() -> None:
    assert default_memory() >= LEAST_DEFAULT_BYTES
    assert 128 * 1024**2 < database_limit(LEAST_BYTES) < LEAST_BYTES
