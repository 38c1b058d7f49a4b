"""A day converted by pandas in one process, as most notebooks have it: a frame a response, then whole columns.

    .venv/bench/bin/python -m benchmarks.peers.pandas_day LAKE OUT

Its answer is less than this project's: whatever can be read as a number passes for one, and what breaks a rule is
dropped without an account. So only the number of rows is compared. It sorts and removes repeats as this project does.
"""

import gzip
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from benchmarks.peers.vector_rules import truth
from flightlake.quality.rules import REJECTING
from flightlake.schema.tables.states import STATES

FIELDS = {column.source_index: column for column in STATES.columns if column.source_index is not None}
NAMES = [FIELDS[index].name if index in FIELDS else "sensors" for index in range(18)]
TEXTS = [column.name for column in FIELDS.values() if column.type == "string"]
OTHERS = [column.name for column in FIELDS.values() if column.type != "string"]
BY_TYPES = {"row_length", "field_types"}
KEY = ["icao24", "snapshot_at"]


def frame(path: Path) -> Any:
    """Return the rows of one response."""
    with gzip.open(path) as file:
        response = json.load(file)
    whole = [row[:18] + [None] * (18 - len(row)) for row in response["states"] or []]
    rows = pd.DataFrame(whole, columns=NAMES).drop(columns="sensors")
    rows["snapshot_at"] = response["time"]
    rows[OTHERS] = rows[OTHERS].apply(pd.to_numeric, errors="coerce")
    return rows


def keeps(rows: Any) -> Any:
    """Return which rows break no rejecting rule."""
    columns: dict[str, Any] = {"is_readable": np.ones(len(rows)), "snapshot_at_s": rows["snapshot_at"].to_numpy()}
    for column in FIELDS.values():
        name = f"{column.name}_s" if column.type == "timestamp" else column.name
        is_text = column.name in TEXTS
        values = rows[column.name]
        columns[name] = pa.chunked_array([pa.array(values)]) if is_text else values.to_numpy(np.float64)
    is_kept = np.ones(len(rows), bool)
    for rule in REJECTING:
        if rule.name not in BY_TYPES:
            is_kept &= ~(truth(rule.applies, columns, len(rows)) & truth(rule.broken, columns, len(rows)))
    return is_kept


def main() -> None:
    lake, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True)
    rows = pd.concat([frame(path) for path in sorted((lake / "raw" / "states").rglob("*.json.gz"))], ignore_index=True)
    rows[TEXTS] = rows[TEXTS].apply(lambda texts: texts.str.strip().replace("", None))
    rows = rows[keeps(rows)]
    rows = rows.sort_values([*KEY, "last_contact_at"], ascending=[True, True, False], kind="stable")
    rows = rows.drop_duplicates(KEY)
    for column in STATES.columns:
        if column.type == "boolean":
            rows[column.name] = rows[column.name].astype(float).astype("boolean")
        if column.type == "timestamp":
            rows[column.name] = pd.to_datetime(rows[column.name], unit="s", utc=True)
    rows.to_parquet(out / "states.parquet", compression="zstd", index=False)
    print(json.dumps({"curated": len(rows)}))


if __name__ == "__main__":
    main()
