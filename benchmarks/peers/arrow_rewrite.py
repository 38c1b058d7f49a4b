"""The published rows written anew by pyarrow, tuned for size; run by `benchmarks.bytes_per_row`.

    .venv/bench/bin/python -m benchmarks.peers.arrow_rewrite OUT FILE ...

Sorted by aircraft and time; no dictionary where nearly every value is its own; zstd 12, row groups of a million rows.
Source of the choices: tried on recorded rows; delta and byte-stream-split made doubles and instants larger.
"""

import sys

import pyarrow as pa
import pyarrow.parquet as pq

WITHOUT_DICTIONARY = {"longitude_deg", "latitude_deg", "icao24", "callsign"}


def main() -> None:
    out, *files = sys.argv[1:]
    rows = pa.concat_tables([pq.ParquetFile(file).read() for file in files])
    rows = rows.sort_by([("icao24", "ascending"), ("snapshot_at", "ascending")])
    with_dictionary = [name for name in rows.column_names if name not in WITHOUT_DICTIONARY]
    pq.write_table(
        rows, out, compression="zstd", compression_level=12, use_dictionary=with_dictionary, row_group_size=1_000_000
    )


if __name__ == "__main__":
    main()
