"""Ranges of addresses for the files of a day, so that the rows of one aircraft lie in one file."""

from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate

from flightlake.errors import InvalidResponseError
from flightlake.layout import ungzipped
from flightlake.opensky.decoder import parse_response
from flightlake.ports import ObjectStore
from flightlake.publishing.raw_day import RawDay

_SAMPLED = 5
_LARGEST_BYTES = 8_000_000
"""Gzipped; a response of a quarter of a million rows. One at a time is in memory."""


def range_bounds(store: ObjectStore, raw: RawDay, file_count: int) -> list[str]:
    """Return the first address of each file but the first, so that the files get about as many rows.

    The addresses of a few responses, from parts of the day that hold equally many bytes, give the bounds. If they
    mislead, some files are larger than others, and nothing else.
    """
    if file_count == 1:
        return []
    seen = sorted(address for key in _sampled_keys(raw) for address in _addresses(store, key))
    return [seen[len(seen) * number // file_count] for number in range(1, file_count)] if seen else []


def _sampled_keys(raw: RawDay) -> Iterator[str]:
    ends = list(accumulate(info.size_bytes for info in raw.objects))
    for number in range(_SAMPLED):
        info = raw.objects[bisect_left(ends, ends[-1] * (2 * number + 1) / (2 * _SAMPLED))]
        if info.size_bytes <= _LARGEST_BYTES:
            yield info.key


def _addresses(store: ObjectStore, key: str) -> list[str]:
    try:
        rows = parse_response(ungzipped(store.get(key))).rows
    except InvalidResponseError:
        return []
    return [row[0] for row in rows if isinstance(row, list) and row and isinstance(row[0], str) and row[0].isalnum()]
