"""A day converted in one Python process by pyarrow and numpy, the responses read by orjson.

    .venv/bench/bin/python -m benchmarks.peers.arrow_day LAKE OUT

The same answer as this project's, as `benchmarks.peers.duckdb_day` gives it: `states.parquet`, `quarantine.parquet`
and counts as JSON. Columns are built response by response, so that rows never are Python objects for longer than that;
a response in which a field has another type than documented is looked at row by row; rules are judged over columns.
pandas in place of numpy was left out: texts as objects take several times the memory and the time.
"""

import gzip
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.peers.vector_rules import truth
from flightlake.opensky.decoder import DECODED_COLUMNS, decode_row
from flightlake.quality.rules import REJECTING, RULES
from flightlake.schema.tables.states import STATES

FIELDS = [
    (column.name, column.type, column.source_index) for column in STATES.columns if column.source_index is not None
]
TYPES = {
    "string": pa.string(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "int": pa.int32(),
    "timestamp": pa.int64(),
}
PLAIN_LENGTHS = {17, 18}


def response_table(path: Path, file: int) -> pa.Table:
    """Return a response's rows as columns."""
    document = orjson.loads(gzip.decompress(path.read_bytes()))
    rows = document["states"] or []
    columns = _columns(rows) or _odd_columns(rows)
    count = len(rows)
    columns["snapshot_at_s"] = pa.array([document["time"]] * count, pa.int64())
    columns["file"] = pa.array(np.full(count, file, np.int32))
    columns["row_number"] = pa.array(range(count), pa.int32())
    return pa.table(columns)


def _columns(rows: list[Any]) -> dict[str, Any] | None:
    """Return the columns of rows that are all as documented; None where one is not."""
    if not rows or len({len(row) for row in rows}) > 1 or len(rows[0]) not in PLAIN_LENGTHS:
        return None
    fields = list(zip(*rows, strict=True))
    if any(value is not None for value in fields[12]):
        return None
    nulls = (None,) * len(rows)
    try:
        columns = {
            _name(name, kind): pa.array(fields[index] if index < len(fields) else nulls, TYPES[kind])
            for name, kind, index in FIELDS
        }
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return None
    if any(type(code) is float for index in (3, 4, 16) for code in fields[index]):
        return None
    columns["callsign"] = _blank_to_null(pc.ascii_trim(columns["callsign"], " "))
    country = columns["origin_country"]
    columns["origin_country"] = pc.if_else(pc.equal(pc.ascii_trim(country, " "), ""), None, country)
    columns["field_count"] = pa.array([len(fields)] * len(rows), pa.int32())
    columns["is_readable"] = pa.array([True] * len(rows))
    return columns


def _odd_columns(rows: list[Any]) -> dict[str, Any]:
    values = zip(*map(decode_row, rows), strict=True) if rows else [()] * len(DECODED_COLUMNS)
    by_name = dict(zip(DECODED_COLUMNS, values, strict=True))
    kinds = {_name(name, kind): TYPES[kind] for name, kind, _ in FIELDS}
    kinds |= {"field_count": pa.int32(), "is_readable": pa.bool_()}
    return {name: pa.array(by_name[name], kind) for name, kind in kinds.items()}


def _name(name: str, kind: str) -> str:
    return f"{name}_s" if kind == "timestamp" else name


def _blank_to_null(texts: Any) -> Any:
    return pc.if_else(pc.equal(texts, ""), None, texts)


def as_arrays(table: pa.Table) -> dict[str, Any]:
    """Return the columns that rules read as arrays: numbers as doubles with NaN for null, texts as they are."""
    return {
        name: column if pa.types.is_string(column.type) else column.cast(pa.float64()).to_numpy()
        for name, column in zip(table.column_names, table.columns, strict=True)
        if name not in ("file", "row_number")
    }


def judged(table: pa.Table) -> tuple[dict[str, list[int]], dict[str, Any]]:
    """Return checked and failed rows by rule, and which rows break each rejecting rule."""
    arrays, counts, broken = as_arrays(table), {}, {}
    for rule in RULES:
        applies = truth(rule.applies, arrays, table.num_rows)
        fails = applies & truth(rule.broken, arrays, table.num_rows)
        counts[rule.name] = [int(applies.sum()), int(fails.sum())]
        if rule.severity == "reject":
            broken[rule.name] = fails
    return counts, broken


def curated(table: pa.Table) -> pa.Table:
    """Return accepted rows sorted and without repeats, in the columns of `states`."""
    addresses = table["icao24"].combine_chunks().dictionary_encode()
    rank = np.argsort(np.argsort(addresses.dictionary.to_numpy(zero_copy_only=False)))
    codes, times = rank[addresses.indices.to_numpy()], table["snapshot_at_s"].to_numpy()
    # Stable, and files were read in the order of their keys: so they decide where contacts are equally new.
    order = np.lexsort((-table["last_contact_at_s"].to_numpy(), times, codes))
    rows, codes, times = table.take(pa.array(order)), codes[order], times[order]
    is_first = np.ones(rows.num_rows, bool)
    is_first[1:] = (codes[1:] != codes[:-1]) | (times[1:] != times[:-1])
    rows = rows.filter(pa.array(is_first))
    return pa.table({column.name: _final(rows, column.name, column.type) for column in STATES.columns})


def _final(rows: pa.Table, name: str, kind: str) -> Any:
    if kind != "timestamp":
        return rows[name]
    return pc.multiply(rows[f"{name}_s"], 1_000_000).cast(pa.timestamp("us", tz="UTC"))


def main() -> None:
    lake, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True)
    paths = sorted((lake / "raw" / "states").rglob("*.json.gz"))
    table = pa.concat_tables([response_table(path, file) for file, path in enumerate(paths)])
    counts, broken = judged(table)
    is_rejected = np.logical_or.reduce(list(broken.values()))
    quarantine = quarantined(table, broken, np.flatnonzero(is_rejected), paths)
    pq.write_table(quarantine, out / "quarantine.parquet", compression="zstd")
    states = curated(table.filter(pa.array(~is_rejected)))
    pq.write_table(states, out / "states.parquet", compression="zstd")
    duplicates = table.num_rows - quarantine.num_rows - states.num_rows
    totals = {"raw_rows": table.num_rows, "curated": states.num_rows, "quarantined": quarantine.num_rows}
    print(json.dumps({**totals, "duplicates": duplicates, "rules": counts}))


def quarantined(table: pa.Table, broken: dict[str, Any], places: Any, paths: list[Path]) -> pa.Table:
    """Return the rejected rows with their reasons; their few responses are read once more for what was received."""
    rows = table.take(pa.array(places)).to_pylist()
    received = [_received(paths[row["file"]], row["row_number"]) for row in rows]
    reasons = [[rule.name for rule in REJECTING if broken[rule.name][place]] for place in places]
    return pa.table(
        {
            "icao24": pa.array([row["icao24"] for row in rows], pa.string()),
            "snapshot_at": pa.array([row["snapshot_at_s"] * 1_000_000 for row in rows], pa.timestamp("us", tz="UTC")),
            "raw_key": pa.array([_key(paths[row["file"]]) for row in rows], pa.string()),
            "row_number": pa.array([row["row_number"] for row in rows], pa.int32()),
            "reasons": pa.array(reasons, pa.list_(pa.string())),
            "raw_row": pa.array(received, pa.string()),
        }
    )


def _key(path: Path) -> str:
    return path.as_posix()[path.as_posix().rindex("/raw/") + 1 :]


def _received(path: Path, row_number: int) -> str:
    row = json.loads(gzip.decompress(path.read_bytes()))["states"][row_number]
    return json.dumps(row, separators=(",", ":"), ensure_ascii=False)


if __name__ == "__main__":
    main()
