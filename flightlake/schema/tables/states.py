"""Tables of state vectors: the accepted rows and the rejected ones."""

from flightlake.schema.contract import Column, Table

SNAPSHOT_DATE = Column("snapshot_date", "date", "UTC day of snapshot_at")

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
    partition_columns=(SNAPSHOT_DATE,),
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
    partition_columns=(SNAPSHOT_DATE,),
)
