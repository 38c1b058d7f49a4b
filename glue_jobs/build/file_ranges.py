"""Ranges of addresses by which a day's rows are spread over its files, so that one aircraft lies in one file."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from flightlake.errors import InvalidResponseError
from flightlake.layout import ungzipped
from flightlake.opensky.decoder import parse_response
from flightlake.ports import ObjectStore
from flightlake.publishing.raw_day import RawDay

FILE_NUMBER = "file_number"

_SAMPLE_COUNT = 5
_LARGEST_BYTES = 8_000_000
"""Gzipped; a response of a quarter of a million rows. The driver holds one at a time."""


def range_bounds(store: ObjectStore, raw: RawDay, file_count: int) -> list[str]:
    """Return the first address of each file but the first, so that files get similar numbers of rows.

    They are estimated from a few typical responses: Spark's own range partitioning would read and evaluate the whole
    day twice. Where the estimate is wrong, some files are larger than others, and nothing else.
    """
    if file_count == 1:
        return []
    seen = sorted(address for key in _typical_keys(raw) for address in _addresses(store, key))
    return [seen[len(seen) * number // file_count] for number in range(1, file_count)] if seen else []


def with_file_ranges(rows: DataFrame, firsts: Sequence[str]) -> DataFrame:
    """Return rows with `file_number` (int), each in the partition of that number."""
    number = " + ".join(f"int(icao24 >= '{first}')" for first in firsts) or "0"
    return rows.withColumn(FILE_NUMBER, F.expr(number)).repartitionById(len(firsts) + 1, FILE_NUMBER)


def _typical_keys(raw: RawDay) -> Iterator[str]:
    """Yield keys of responses from parts of the day that hold equally many bytes."""
    ends = list(accumulate(info.size_bytes for info in raw.objects))
    for number in range(_SAMPLE_COUNT):
        info = raw.objects[bisect_left(ends, ends[-1] * (2 * number + 1) / (2 * _SAMPLE_COUNT))]
        if info.size_bytes <= _LARGEST_BYTES:
            yield info.key


def _addresses(store: ObjectStore, key: str) -> list[str]:
    try:
        rows = parse_response(ungzipped(store.get(key))).rows
    except InvalidResponseError:
        return []
    return [row[0] for row in rows if isinstance(row, list) and row and isinstance(row[0], str) and row[0].isalnum()]
