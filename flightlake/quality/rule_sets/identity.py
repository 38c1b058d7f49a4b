"""Rules about the form of a row and the identity of its aircraft: address, callsign, country."""

from flightlake.opensky.fields import FEWEST_FIELDS, KNOWN_FIELDS
from flightlake.quality.rule import FIELDS_UNKNOWN, Rule

IDENTITY_RULES: tuple[Rule, ...] = (
    Rule(
        "row_length",
        "validity",
        "reject",
        f"field_count is null or field_count < {FEWEST_FIELDS}",
        "The row is no array, or has fewer than 17 fields. Source: OpenSky REST API, state vectors.",
        applies="true",
    ),
    Rule(
        FIELDS_UNKNOWN,
        "validity",
        "warn",
        f"field_count > {KNOWN_FIELDS}",
        "More fields than the contract knows: the source has grown. What is known is published, the rest stays in raw.",
    ),
    Rule(
        "field_types",
        "validity",
        "reject",
        "not is_readable",
        "A field has another JSON type than documented: a number sent as text, NaN, a whole number of over 12 digits.",
        applies=f"field_count is not null and field_count >= {FEWEST_FIELDS}",
    ),
    Rule("icao24_missing", "completeness", "reject", "icao24 is null", "Nobody to attribute the row to."),
    Rule(
        "icao24_form",
        "validity",
        "reject",
        "regexp_like(icao24, '[^0-9a-f]') or length(icao24) <> 6",
        "Not six lower-case hex digits. Source: ICAO Annex 10 vol. III (24-bit address), OpenSky REST API.",
        applies="icao24 is not null",
    ),
    Rule(
        "callsign_missing", "completeness", "warn", "callsign is null", "No callsign received (1.6 % of recorded rows)."
    ),
    Rule(
        "callsign_form",
        "validity",
        "warn",
        "regexp_like(callsign, '[^A-Z0-9]')",
        "Other than capital letters and digits, such as an inner blank. Source: ICAO Annex 10 vol. IV, identification.",
        applies="callsign is not null",
    ),
    Rule(
        "callsign_impossible",
        "validity",
        "reject",
        "regexp_like(callsign, '[^ -~]') or length(callsign) > 8",
        "Over eight characters, or unprintable: no transponder sends it. Source: ICAO Annex 10 vol. IV (8 x 6 bits).",
        applies="callsign is not null",
    ),
    Rule(
        "origin_country_missing", "completeness", "warn", "origin_country is null", "Address outside every known block."
    ),
    Rule(
        "origin_country_form",
        "validity",
        "reject",
        "regexp_like(origin_country, '[^ -~À-힣]') or length(origin_country) > 64",
        "Control characters, or longer than any country's name (64 characters leave room to spare).",
        applies="origin_country is not null",
    ),
)
