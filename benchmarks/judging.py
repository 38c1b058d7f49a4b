"""How long judging 12,000 recorded rows takes, beside `json.loads` of the same body and the same rules in SQL engines.

    .venv/bin/python -m benchmarks.judging [RECORDED_FOLDER]

Measured in CPU seconds, the median of 15 turns, everyone after the other in each turn; the peers answer the same
question, each row's broken rules, from rows that were decoded for them beforehand, and their answers are compared.
"""

import gc
import json
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from re import search
from typing import Any

import duckdb

from benchmarks.findings import Row, is_small, report
from flightlake.layout import gzipped
from flightlake.opensky.decoder import DECODED_COLUMNS, Response, decode_row, parse_response
from flightlake.quality.evaluate import evaluate
from flightlake.quality.rule_compiler import BROKEN, compiled_rules
from flightlake.quality.rules import RULES
from ingestion.aws_lambda.handler import GC_THRESHOLD
from ingestion.response_files import read_body

RECORDED = Path(__file__).parents[2] / "shared" / "data" / "opensky"
ROW_COUNT, TURNS = 12_000, 5 if is_small() else 15
WORD = 31  # rules in a signed 64-bit integer, one bit each
BROKEN_BITS = [
    " | ".join(
        f"(case when ({rule.applies}) and ({rule.broken}) then 1 else 0 end << {n})" for n, rule in enumerate(word)
    )
    for word in (RULES[:WORD], RULES[WORD:])
]


def recorded_response(folder: Path) -> Response:
    """Return 12,000 rows of two recorded global responses with the time of the first."""
    files = sorted((folder / "global_20260508_over_midnight").glob("*.json.gz"))
    if len(files) < 2:
        sys.exit(f"no recorded responses under {folder}/global_20260508_over_midnight; name a folder that holds them")
    first, second = (parse_response(read_body(path)) for path in files[:2])
    return Response(first.time_s, (first.rows + second.rows)[:ROW_COUNT])


def in_sqlite(rows: list[tuple[Any, ...]], time_s: int) -> list[tuple[int, ...]]:
    with closing(sqlite3.connect(":memory:")) as database:
        database.create_function("regexp_like", 2, lambda text, pattern: search(pattern, text) is not None)
        database.execute(f"create table t ({', '.join(DECODED_COLUMNS)}, snapshot_at_s)")
        database.executemany(f"insert into t values ({', '.join('?' * len(DECODED_COLUMNS))}, {time_s})", rows)
        return database.execute(f"select {', '.join(BROKEN_BITS)} from t order by rowid").fetchall()


def in_duckdb(rows: list[tuple[Any, ...]], time_s: int) -> list[tuple[int, ...]]:
    columns = dict(zip(DECODED_COLUMNS, zip(*rows, strict=True), strict=True))
    kinds = json.dumps({name: [KINDS.get(name, "DOUBLE")] for name in DECODED_COLUMNS})
    unnested = ", ".join(f"unnest(v.{name}) as {name}" for name in DECODED_COLUMNS)
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("create macro regexp_like(text, pattern) as regexp_matches(text, pattern)")
        connection.execute(
            f"create table t as select {unnested}, {time_s} as snapshot_at_s "
            f"from (select from_json(?, '{kinds}') as v)",
            [json.dumps(columns)],
        )
        bits = ", ".join(word.replace("then 1", "then 1::bigint") for word in BROKEN_BITS)
        return connection.execute(f"select {bits} from t order by rowid").fetchall()


KINDS = {
    **dict.fromkeys(("is_readable", "on_ground", "is_special_purpose"), "BOOLEAN"),
    **dict.fromkeys(("icao24", "callsign", "origin_country", "squawk"), "VARCHAR"),
    **dict.fromkeys(("field_count", "position_at_s", "last_contact_at_s", "position_source", "category"), "BIGINT"),
}


def in_python(rows: list[tuple[Any, ...]], time_s: int) -> list[tuple[int, ...]]:
    """Return the verdicts in the peers' form, for comparison; the time of this is not taken."""
    starts = range(0, len(RULES), WORD)
    return [
        tuple(
            sum((verdict >> 2 * n & BROKEN == BROKEN) << n - start for n in range(start, min(start + WORD, len(RULES))))
            for start in starts
        )
        for verdict in compiled_rules()(rows, time_s)
    ]


def medians(work: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return the median CPU milliseconds of each, everyone after the other in each turn."""
    seconds: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(TURNS):
        for name, run in work.items():
            started_s = time.process_time()
            run()
            seconds[name].append(time.process_time() - started_s)
    return {name: 1000 * statistics.median(taken) for name, taken in seconds.items()}


def findings(body: bytes, rows: list[tuple[Any, ...]], response: Response) -> list[Row]:
    ours: dict[str, Callable[[], object]] = {
        "parsing with its limits": lambda: parse_response(body),
        "judging: decoding, verdicts, counts": lambda: evaluate(response),
        "decoding alone": lambda: [decode_row(row) for row in response.rows],
        "verdicts alone": lambda: compiled_rules()(rows, response.time_s),
        "gzip at level 5": lambda: gzipped(body),
    }
    peers: dict[str, Callable[[], object]] = {
        "json.loads": lambda: json.loads(body),
        "SQLite": lambda: in_sqlite(rows, response.time_s),
        "DuckDB, one thread": lambda: in_duckdb(rows, response.time_s),
    }
    taken = medians(ours | peers)
    pairs = [(what, "json.loads") for what in ours] + [("verdicts alone", peer) for peer in list(peers)[1:]]
    return [
        Row(what, f"{taken[what]:.1f} ms", f"{peer}: {taken[peer]:.1f} ms", taken[what] / taken[peer], "", None)
        for what, peer in pairs
    ]


def main() -> None:
    gc.set_threshold(GC_THRESHOLD)  # as the handler does
    response = recorded_response(Path(*sys.argv[1:2]) if len(sys.argv) > 1 else RECORDED)
    body = json.dumps({"time": response.time_s, "states": response.rows}, separators=(",", ":")).encode()
    rows = [decode_row(row) for row in response.rows]
    expected = in_python(rows, response.time_s)
    assert in_sqlite(rows, response.time_s) == in_duckdb(rows, response.time_s) == expected
    note = f"{len(rows):,} recorded rows in {len(body) / 1e6:.2f} MB; CPU milliseconds, medians of {TURNS} turns."
    report("judging", findings(body, rows, response), notes=[note])


if __name__ == "__main__":
    main()
