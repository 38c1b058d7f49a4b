"""A day converted by DuckDB in one process: decode, judge by every rule, quarantine, deduplicate, sort, write.

    .venv/bin/python -m benchmarks.peers.duckdb_day LAKE OUT

LAKE holds the raw responses of one day as landed; OUT gets `states.parquet` and `quarantine.parquet`, and the counts go
to the terminal as JSON. The answer is what this project publishes: the same rows, the same rejects with the same
reasons, the same counts by rule. What it has not: an object that cannot be read costs only itself, an audit of what was
written, a commit that readers see as one step, more than one machine.

How it is made fast: JSON is read once, straight into lists of JSON values, whose text tells a number from a text; the
decoded rows stay in memory, so that counting, quarantine and writing read them and not JSON; only rows that share
aircraft and time with another are ranked.
"""

import json
import sys
from pathlib import Path

import duckdb

from flightlake.opensky.fields import CODE_DIGITS, FEWEST_FIELDS, INSTANT_DIGITS
from flightlake.quality.rules import REJECTING, RULES
from flightlake.schema.tables.states import STATES

THREADS = 2
LARGEST_RESPONSE_BYTES = 1024**3
NUMBERS = {
    "longitude_deg": 6,
    "latitude_deg": 7,
    "baro_altitude_m": 8,
    "ground_speed_mps": 10,
    "true_track_deg": 11,
    "vertical_rate_mps": 12,
    "geo_altitude_m": 14,
}
"""Places in a row, from 1 as DuckDB counts."""

INSTANTS, CODES = {"position_at_s": 4, "last_contact_at_s": 5}, {"position_source": 17, "category": 18}
FLAGS, TEXTS = {"on_ground": 9, "is_special_purpose": 16}, (1, 2, 3, 15)
SENSORS = 13
RAW_FOLDER = "raw/states"


def convert(lake: Path, out: Path, *, threads: int = THREADS) -> dict[str, object]:
    """Convert the one day that a lake's raw zone holds; return the counts."""
    out.mkdir(parents=True)
    with duckdb.connect(config={"threads": threads}) as connection:
        connection.execute("create macro regexp_like(text, pattern) as regexp_matches(text, pattern)")
        connection.execute(f"create temp table decoded as {decoded_sql(f'{lake}/{RAW_FOLDER}/**/*.json.gz')}")
        connection.execute(f"create temp table repeats as {REPEATS}")
        connection.execute(f"copy ({quarantine_sql(lake)}) to '{out}/quarantine.parquet' (compression zstd)")
        connection.execute(f"copy ({CURATED}) to '{out}/states.parquet' (compression zstd)")
        return _counts(connection)


def decoded_sql(pattern: str) -> str:
    """Return SQL that gives every row of the responses typed, null where it is not readable, and its verdict."""
    typed = {
        "callsign": "nullif(trim(s[2]->>'$'), '')",
        "origin_country": "case when trim(s[3]->>'$') <> '' then s[3]->>'$' end",
        "squawk": "s[15]->>'$'",
        **{name: f"try_cast(t[{place}] as double)" for name, place in NUMBERS.items()},
        **{name: f"try_cast(t[{place}] as bigint)" for name, place in INSTANTS.items()},
        **{name: f"try_cast(t[{place}] as integer)" for name, place in CODES.items()},
        **{name: f"t[{place}] = 'true'" for name, place in FLAGS.items()},
    }
    values = ", ".join(f"case when is_readable then {value} end as {name}" for name, value in typed.items())
    rejected = " or ".join(f"({rule.applies}) and ({rule.broken})" for rule in REJECTING)
    return f"""
        select * exclude s, {rejected} as is_rejected, case when is_rejected then s end as rejected_row from (
            select s, file, row_number, snapshot_at_s, len(t) as field_count, is_readable,
                case when is_readable or starts_with(t[1], '"') then s[1]->>'$' end as icao24, {values}
            from (
                select *, coalesce({_is_readable()}, false) as is_readable from (
                    select *, s::varchar[] as t from (
                        select filename as file, time as snapshot_at_s, unnest(states) as s,
                            generate_subscripts(states, 1) - 1 as row_number
                        from read_json('{pattern}', columns = {{time: 'BIGINT', states: 'JSON[][]'}}, filename = true,
                            format = 'newline_delimited', maximum_object_size = {LARGEST_RESPONSE_BYTES})
                    )
                )
            )
        )"""


def _is_readable() -> str:
    checks = [
        *(f"starts_with(t[{place}], '\"')" for place in TEXTS),
        *(f"isfinite(try_cast(t[{place}] as double))" for place in NUMBERS.values()),
        *(f"regexp_full_match(t[{place}], '-?[0-9]{{1,{INSTANT_DIGITS}}}')" for place in INSTANTS.values()),
        *(f"regexp_full_match(t[{place}], '-?[0-9]{{1,{CODE_DIGITS}}}')" for place in CODES.values()),
        *(f"t[{place}] in ('true', 'false')" for place in FLAGS.values()),
        f"regexp_full_match(t[{SENSORS}], '\\[[-0-9, ]*\\]')",
    ]
    places = [*TEXTS, *NUMBERS.values(), *INSTANTS.values(), *CODES.values(), *FLAGS.values(), SENSORS]
    known = [f"(t[{place}] is null or {check})" for place, check in zip(places, checks, strict=True)]
    return " and ".join([f"len(t) >= {FEWEST_FIELDS}", *known])


REPEATS = """
    select file, row_number from decoded where not is_rejected and (icao24, snapshot_at_s) in (
        select (icao24, snapshot_at_s) from decoded where not is_rejected
        group by icao24, snapshot_at_s having count(*) > 1)
    qualify row_number() over (
        partition by icao24, snapshot_at_s order by last_contact_at_s desc, file, row_number) > 1"""
"""Files of one time differ in their digests only, so that their order is that of their keys."""

_COLUMNS = ", ".join(
    f"make_timestamptz({column.name}_s * 1000000) as {column.name}" if column.type == "timestamp" else column.name
    for column in STATES.columns
)
CURATED = f"""
    select {_COLUMNS} from decoded anti join repeats using (file, row_number)
    where not is_rejected order by icao24, snapshot_at_s"""


def quarantine_sql(lake: Path) -> str:
    """Return SQL that gives the rejected rows with their reasons and their JSON."""
    reasons = ", ".join(f"case when ({rule.applies}) and ({rule.broken}) then '{rule.name}' end" for rule in REJECTING)
    return f"""
        select icao24, make_timestamptz(snapshot_at_s * 1000000) as snapshot_at,
            file[{len(str(lake)) + 2}:] as raw_key, row_number,
            list_filter([{reasons}], lambda reason: reason is not null) as reasons, to_json(rejected_row) as raw_row
        from decoded where is_rejected order by snapshot_at_s, file, row_number"""


def _counts(connection: duckdb.DuckDBPyConnection) -> dict[str, object]:
    checked = ", ".join(f"count_if({rule.applies}), count_if(({rule.applies}) and ({rule.broken}))" for rule in RULES)
    row = connection.execute(
        f"select count(*), count_if(is_rejected), (select count(*) from repeats), {checked} from decoded"
    ).fetchone()
    assert row is not None
    raw_rows, quarantined, duplicates, *counts = row
    return {
        "raw_rows": raw_rows,
        "curated": raw_rows - quarantined - duplicates,
        "quarantined": quarantined,
        "duplicates": duplicates,
        "rules": {rule.name: counts[2 * n : 2 * n + 2] for n, rule in enumerate(RULES)},
    }


if __name__ == "__main__":
    print(json.dumps(convert(Path(sys.argv[1]), Path(sys.argv[2]))))
