"""Bare DuckDB script that converts a day: decode, rules, counts, quarantine, repeats, sort, Parquet.

    .venv/bin/python -m benchmarks.peers.duckdb_day LAKE OUT

LAKE holds the raw responses of one day as landed; OUT gets `states.parquet` and `quarantine.parquet`, and the counts go
to the terminal as JSON. The answer is what this project publishes: the same rows, the same rejected rows with the same
reasons, the same counts by rule. The script does without the texts of rejected rows, a checksum, an audit of the files
and a limit of memory; responses over 16 MB or with damage stop it.

How it is made fast: JSON is read once, straight into lists of JSON values, whose text tells a number from a text; the
decoded rows stay in memory, so that counts, quarantine and states read them and not JSON; only rows that share aircraft
and time with another are ranked.
"""

import json
import sys
from pathlib import Path

import duckdb

from flightlake.opensky.fields import FEWEST_FIELDS, FIELDS, STORED_FIELDS, Field
from flightlake.quality.rules import REJECTING, RULES, Rule
from flightlake.schema.tables.states import STATES

RAW_FOLDER = "raw/states"
LARGEST_RESPONSE_BYTES = 16 * 1024**2
TYPES = {"double": "double", "int": "integer", "timestamp": "bigint"}


def convert(lake: Path, out: Path) -> dict[str, object]:
    """Convert the one day that a lake's raw zone holds; return the counts."""
    out.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute("create macro regexp_like(text, pattern) as regexp_matches(text, pattern)")
        connection.execute(f"create temp table decoded as {decoded_sql(f'{lake}/{RAW_FOLDER}/**/*.json.gz')}")
        connection.execute(f"create temp table repeats as {REPEATS}")
        connection.execute(f"copy ({quarantine_sql(lake)}) to '{out}/quarantine.parquet' (compression zstd)")
        connection.execute(f"copy ({CURATED}) to '{out}/states.parquet' (compression zstd)")
        return _counts(connection)


def decoded_sql(pattern: str) -> str:
    """Return SQL for the typed rows of all responses, null where a row is not readable, with `is_rejected`."""
    values = ", ".join(
        f"case when is_readable then {_value(field)} end as {field.name}"
        for field in STORED_FIELDS
        if field.name != "icao24"
    )
    readable = " and ".join([f"len(t) >= {FEWEST_FIELDS}", *map(_is_null_or_typed, FIELDS)])
    return f"""
        select *, {" or ".join(map(_broken, REJECTING))} as is_rejected from (
            select file, row_number, snapshot_at_s, len(t) as field_count, is_readable,
                case when is_readable or starts_with(t[1], '"') then s[1]->>'$' end as icao24, {values}
            from (
                select *, coalesce({readable}, false) as is_readable from (
                    select *, s::varchar[] as t from (
                        select filename as file, time as snapshot_at_s, unnest(states) as s,
                            generate_subscripts(states, 1) - 1 as row_number
                        from read_json('{pattern}', columns = {{time: 'BIGINT', states: 'JSON[][]'}}, filename = true,
                            format = 'newline_delimited', maximum_object_size = {LARGEST_RESPONSE_BYTES})
                    )
                )
            )
        )"""


def _value(field: Field) -> str:
    place = field.index + 1  # DuckDB counts from 1
    match field.type:
        case "boolean":
            return f"t[{place}] = 'true'"
        case "string" if field.blanks == "trimmed":
            return f"nullif(trim(s[{place}]->>'$'), '')"
        case "string" if field.blanks == "null":
            return f"case when trim(s[{place}]->>'$') <> '' then s[{place}]->>'$' end"
        case "string":
            return f"s[{place}]->>'$'"
    return f"try_cast(t[{place}] as {TYPES[field.type]})"


def _is_null_or_typed(field: Field) -> str:
    text = f"t[{field.index + 1}]"
    typed = {
        "string": f"starts_with({text}, '\"')",
        "double": f"isfinite(try_cast({text} as double))",
        "boolean": f"{text} in ('true', 'false')",
        "array<int>": f"regexp_full_match({text}, '\\[[-0-9, ]*\\]')",
    }.get(field.type, f"regexp_full_match({text}, '-?[0-9]{{1,{field.digits}}}')")
    return f"({text} is null or {typed})"


def _broken(rule: Rule) -> str:
    return f"(({rule.applies}) and ({rule.broken}))"


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
    """Return SQL for the places of the rejected rows and their reasons."""
    reasons = ", ".join(f"case when {_broken(rule)} then '{rule.name}' end" for rule in REJECTING)
    return f"""
        select file[{len(str(lake)) + 2}:] as raw_key, row_number, icao24,
            list_filter([{reasons}], lambda reason: reason is not null) as reasons
        from decoded where is_rejected"""


def _counts(connection: duckdb.DuckDBPyConnection) -> dict[str, object]:
    checked = ", ".join(f"count_if({rule.applies}), count_if({_broken(rule)})" for rule in RULES)
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
