"""The lake's tables, written once."""

from lake.contract import Column, Table
from lake.layout import RAW_POLLS_PREFIX, RAW_STATES_PREFIX

_SNAPSHOT_DATE = Column("snapshot_date", "date", "UTC day of snapshot_at")

RAW_STATES = Table(
    name="raw_states",
    grain="one response of the source, byte for byte as received",
    columns=(
        Column("time", "bigint", "the response's own time", "Unix seconds, UTC"),
        Column("states", "array<array<string>>", "state vectors as received; null under an empty sky"),
    ),
    partition_columns=(
        Column("year", "string", "of the response's time, four digits"),
        Column("month", "string", "two digits"),
        Column("day", "string", "two digits"),
        Column("hour", "string", "two digits, UTC"),
    ),
    format="json",
)

RAW_POLLS = Table(
    name="raw_polls",
    grain="one record of the poll ledger, as written",
    columns=(
        Column("scheduled_at", "string", "when the poll was due, ISO 8601", "UTC"),
        Column("polled_at", "string", "when the source was asked, ISO 8601; null where it was not", "UTC"),
        Column("fate", "string", "landed, duplicate, skipped_budget, skipped_cooldown, skipped_breaker or failed"),
        Column("reason", "string", "why it was skipped or failed; null otherwise"),
        Column("source", "string", "the source's address, without credentials"),
        Column("credits_spent", "int", "OpenSky credits that this poll cost", "credits"),
        Column("credits_left", "int", "credits left as the source said; null where it did not", "credits"),
        Column("row_count", "int", "rows in the response; null where there was none", "rows"),
        Column("raw_key", "string", "object that holds the response; null where there is none"),
    ),
    partition_columns=(
        Column("year", "string", "of the due time, four digits"),
        Column("month", "string", "two digits"),
        Column("day", "string", "two digits, UTC"),
    ),
    format="json",
)

STATES = Table(
    name="states",
    grain="one aircraft in one response",
    columns=(
        Column("icao24", "string", "24-bit transponder address, 6 lower-case hex digits", source_index=0),
        Column("callsign", "string", "callsign, trimmed; blank is null", source_index=1),
        Column("origin_country", "string", "country that the address block belongs to; blank is null", source_index=2),
        Column("position_at", "timestamp", "last position report; null where none is known", "UTC", source_index=3),
        Column("last_contact_at", "timestamp", "last message of any kind", "UTC", source_index=4),
        Column("longitude_deg", "double", "longitude, east positive", "deg, WGS 84", source_index=5),
        Column("latitude_deg", "double", "latitude, north positive", "deg, WGS 84", source_index=6),
        Column("baro_altitude_m", "double", "barometric altitude above the 1013.25 hPa level", "m", source_index=7),
        Column("on_ground", "boolean", "the last position came from a surface report", source_index=8),
        Column("ground_speed_mps", "double", "speed over ground", "m/s", source_index=9),
        Column("true_track_deg", "double", "direction over ground, clockwise from true north", "deg", source_index=10),
        Column("vertical_rate_mps", "double", "climb positive, descent negative", "m/s", source_index=11),
        Column("geo_altitude_m", "double", "altitude above the WGS 84 ellipsoid", "m", source_index=13),
        Column("squawk", "string", "transponder code, four octal digits", source_index=14),
        Column("is_special_purpose", "boolean", "special purpose indicator (`spi`)", source_index=15),
        Column("position_source", "int", "0 ADS-B, 1 ASTERIX, 2 MLAT, 3 FLARM", source_index=16),
        Column("category", "int", "aircraft category 0-20; null where the response had 17 fields", source_index=17),
        Column("snapshot_at", "timestamp", "the response's own time", "UTC"),
    ),
    partition_columns=(_SNAPSHOT_DATE,),
)

STATES_QUARANTINE = Table(
    name="states_quarantine",
    grain="one rejected row, with every reason",
    columns=(
        Column("icao24", "string", "the first field of the row, as far as it is text; null otherwise"),
        Column("snapshot_at", "timestamp", "the response's own time", "UTC"),
        Column("raw_key", "string", "object under which the response was landed"),
        Column("row_number", "int", "position of the row in the response's states, from 0"),
        Column("reasons", "array<string>", "names of the rejecting rules that the row breaks, in the rules' order"),
        Column("raw_row", "string", "the row's JSON text as received"),
    ),
    partition_columns=(_SNAPSHOT_DATE,),
)

QUALITY_SCORES = Table(
    name="quality_scores",
    grain="one rule on one day; a dimension where rule is null; the whole day where dimension is null too",
    columns=(
        Column("dimension", "string", "completeness, accuracy, consistency, timeliness or validity"),
        Column("rule", "string", "name of the rule"),
        Column("severity", "string", "reject or warn; null for a dimension and the whole"),
        Column("checked_count", "bigint", "rows that the rule applies to", "rows"),
        Column("failed_count", "bigint", "rows among them that break it", "rows"),
        Column("score", "double", "100 x passed / checked; mean of the rules; mean of the dimensions", "percent"),
    ),
    partition_columns=(_SNAPSHOT_DATE,),
)

POLLS = Table(
    name="polls",
    grain="one scheduled poll and its fate",
    columns=(
        Column("scheduled_at", "timestamp", "when the poll was due", "UTC"),
        Column("polled_at", "timestamp", "when the source was asked; null where it was not", "UTC"),
        Column("fate", "string", "landed, duplicate, skipped_budget, skipped_cooldown, skipped_breaker or failed"),
        Column("reason", "string", "why it was skipped or failed; null otherwise"),
        Column("source", "string", "the source's address, without credentials"),
        Column("credits_spent", "int", "OpenSky credits that this poll cost", "credits"),
        Column("credits_left", "int", "credits left as the source said; null where it did not", "credits"),
        Column("row_count", "int", "rows in the response; null where there was none", "rows"),
        Column("raw_key", "string", "object that holds the response; null where there is none"),
    ),
    partition_columns=(Column("poll_date", "date", "UTC day of scheduled_at"),),
)

TABLES: tuple[Table, ...] = (RAW_STATES, RAW_POLLS, STATES, STATES_QUARANTINE, QUALITY_SCORES, POLLS)
"""Every table of the lake, in the order in which data meets them."""

RAW_TABLES: dict[Table, str] = {RAW_STATES: RAW_STATES_PREFIX, RAW_POLLS: RAW_POLLS_PREFIX}
"""The tables over what was received, and where it lies; a crawler adds their partitions."""

CURATED_TABLES: tuple[Table, ...] = (STATES_QUARANTINE, QUALITY_SCORES, STATES)
"""The tables of one published day, in the order in which their pointers move: `states` last."""


def table_named(name: str) -> Table:
    """Return the table of this name.

    Raises:
        KeyError: there is no such table.
    """
    return {table.name: table for table in TABLES}[name]
