"""Quality rules in one table, by which engines, poller and verification evaluate rows alike.

Both predicates of a rule are SQL in the subset that Spark, Athena, DuckDB and SQLite share (comparisons, `between`,
`in`, `abs`, `length`, `regexp_like`), so that one text has one meaning everywhere; `flightlake.quality.rule_compiler`
reads the same text for plain Python. They see the decoded row under the contract's names, instants as Unix seconds
(`last_contact_at_s`), and two facts about its form: `field_count` (null where the row is no array) and `is_readable`
(17 or more fields, those that the contract knows of its JSON types; every other column is null where it is false).

Null is decided by `applies`: it must be false wherever `broken` could be null, and may never be null itself. A row to
which a rule does not apply is not counted as checked.

On 563,747 recorded rows (2021 to 2026) no rejecting rule breaks more than 0.002 %: `benchmarks/rule_shares.py`
counts them.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Literal

from flightlake.opensky.fields import FEWEST_FIELDS, KNOWN_FIELDS

Dimension = Literal["completeness", "accuracy", "consistency", "timeliness", "validity"]
Severity = Literal["reject", "warn"]

DIMENSIONS: tuple[Dimension, ...] = ("completeness", "accuracy", "consistency", "timeliness", "validity")

FIELDS_UNKNOWN = "fields_unknown"
"""The rule that tells of drift: it is broken where the source sends more than the contract knows."""


@dataclass(frozen=True)
class Rule:
    """One quality rule.

    Attributes:
        severity: `reject` sends the row to quarantine, `warn` only counts it.
        broken: SQL that is true where the row breaks the rule; looked at only where `applies` is true.
        applies: SQL that is true where the rule applies.
        meaning: what a broken row looks like, with the source of every limit.
    """

    name: str
    dimension: Dimension
    severity: Severity
    broken: str
    meaning: str
    applies: str = "is_readable"


RULES: tuple[Rule, ...] = (
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
    Rule(
        "last_contact_missing",
        "completeness",
        "reject",
        "last_contact_at_s is null",
        "The row cannot be placed in time.",
    ),
    Rule(
        "position_missing",
        "completeness",
        "warn",
        "longitude_deg is null and latitude_deg is null",
        "No position known (0.7 % of recorded rows).",
    ),
    Rule(
        "position_half",
        "consistency",
        "reject",
        "longitude_deg is null or latitude_deg is null",
        "Only one of longitude and latitude.",
        applies="longitude_deg is not null or latitude_deg is not null",
    ),
    Rule(
        "position_out_of_range",
        "validity",
        "reject",
        "not (longitude_deg between -180 and 180 and latitude_deg between -90 and 90)",
        "Nowhere on earth. Source: WGS 84.",
        applies="longitude_deg is not null and latitude_deg is not null",
    ),
    Rule(
        "position_null_island",
        "accuracy",
        "warn",
        "longitude_deg = 0 and latitude_deg = 0",
        "Exactly 0/0, which is a decoder's zero rather than a place (once in the recorded rows).",
        applies="longitude_deg is not null and latitude_deg is not null",
    ),
    Rule(
        "position_time_missing",
        "consistency",
        "warn",
        "position_at_s is null",
        "A position without the time of its report.",
        applies="longitude_deg is not null and latitude_deg is not null",
    ),
    Rule(
        "position_time_impossible",
        "validity",
        "reject",
        "position_at_s < 1356998400",
        "Before 2013, when OpenSky began to record. Source: OpenSky Network, 'Bringing up OpenSky', IPSN 2014.",
        applies="position_at_s is not null",
    ),
    Rule(
        "position_newer_than_contact",
        "timeliness",
        "reject",
        "position_at_s > last_contact_at_s",
        "A position report is a contact, so it cannot be newer than the last one (never in the recorded rows).",
        applies="position_at_s is not null and last_contact_at_s is not null",
    ),
    Rule(
        "position_stale",
        "timeliness",
        "warn",
        "last_contact_at_s - position_at_s > 60",
        "Heard since, but its position is over a minute older, at times by days (1.5 % of recorded rows).",
        applies="position_at_s is not null and last_contact_at_s is not null",
    ),
    Rule(
        "contact_after_snapshot",
        "timeliness",
        "reject",
        "last_contact_at_s > snapshot_at_s",
        "Heard after the response was made (never in the recorded rows).",
        applies="last_contact_at_s is not null",
    ),
    Rule(
        "contact_too_old",
        "timeliness",
        "reject",
        "snapshot_at_s - last_contact_at_s > 900",
        "Not heard for over 15 minutes; OpenSky forgets an aircraft after about five (315 s in recorded rows).",
        applies="last_contact_at_s is not null",
    ),
    Rule(
        "contact_stale",
        "timeliness",
        "warn",
        "snapshot_at_s - last_contact_at_s > 60",
        "Not heard for over a minute: the aircraft flew on, the row did not (about 10 % of recorded rows).",
        applies="last_contact_at_s is not null",
    ),
    Rule("on_ground_missing", "completeness", "warn", "on_ground is null", "Not known whether it flies."),
    Rule(
        "altitude_missing",
        "completeness",
        "warn",
        "baro_altitude_m is null and geo_altitude_m is null",
        "In the air without any altitude (0.7 % of recorded rows).",
        applies="on_ground is not null and not on_ground",
    ),
    Rule(
        "baro_altitude_impossible",
        "accuracy",
        "reject",
        "not (baro_altitude_m between -310 and 38700)",
        "Mode C reports -1,000 ft to 126,700 ft (-304.8 m to 38,618 m). Source: ICAO Annex 10 vol. IV, chapter 3.",
        applies="baro_altitude_m is not null",
    ),
    Rule(
        "baro_altitude_implausible",
        "accuracy",
        "warn",
        "baro_altitude_m > 18288",
        "Above flight level 600, the top of controlled airspace. Source: 14 CFR 71.33.",
        applies="baro_altitude_m is not null",
    ),
    Rule(
        "geo_altitude_impossible",
        "accuracy",
        "reject",
        "not (geo_altitude_m between -500 and 45000)",
        "Below the Dead Sea shore (some -410 m) or above every balloon (41,419 m). Source: FAI record, 2014.",
        applies="geo_altitude_m is not null",
    ),
    Rule(
        "altitudes_disagree",
        "consistency",
        "warn",
        "abs(baro_altitude_m - geo_altitude_m) > 1500",
        "Weather parts the two by some 1,300 m at most (870 to 1,085 hPa). Source: WMO archive of extremes.",
        applies="baro_altitude_m is not null and geo_altitude_m is not null",
    ),
    Rule(
        "ground_speed_missing",
        "completeness",
        "warn",
        "ground_speed_mps is null",
        "No speed received (0.03 % of recorded rows).",
    ),
    Rule(
        "ground_speed_impossible",
        "accuracy",
        "reject",
        "not (ground_speed_mps between 0 and 1000)",
        "Negative, or beyond the fastest aeroplane (980 m/s). Source: FAI absolute speed record, 1976.",
        applies="ground_speed_mps is not null",
    ),
    Rule(
        "ground_speed_implausible",
        "accuracy",
        "warn",
        "ground_speed_mps > 450",
        "Faster than an airliner in the strongest jet stream (about 370 m/s); military at best.",
        applies="ground_speed_mps is not null",
    ),
    Rule(
        "vertical_rate_impossible",
        "accuracy",
        "reject",
        "abs(vertical_rate_mps) > 166",
        "ADS-B cannot report it: 32,640 ft/min (165.8 m/s) at most. Source: RTCA DO-260B, airborne velocity.",
        applies="vertical_rate_mps is not null",
    ),
    Rule(
        "vertical_rate_implausible",
        "accuracy",
        "warn",
        "abs(vertical_rate_mps) > 60",
        "Over 11,800 ft/min: fighters and decoding errors.",
        applies="vertical_rate_mps is not null",
    ),
    Rule(
        "true_track_out_of_range",
        "validity",
        "warn",
        "not (true_track_deg between 0 and 360)",
        "Not a direction clockwise from north. A warning: -118.81 (seen in 2021) still tells 241.19.",
        applies="true_track_deg is not null",
    ),
    Rule(
        "squawk_form",
        "validity",
        "warn",
        "regexp_like(squawk, '[^0-7]') or length(squawk) <> 4",
        "Not four octal digits. Source: ICAO Annex 10 vol. IV, Mode A.",
        applies="squawk is not null",
    ),
    Rule(
        "on_ground_fast",
        "consistency",
        "warn",
        "ground_speed_mps > 100",
        "On the ground above 100 m/s, faster than any take-off: flag or speed is wrong (0.01 % of recorded rows).",
        applies="on_ground is not null and on_ground and ground_speed_mps is not null",
    ),
    Rule(
        "on_ground_high",
        "consistency",
        "warn",
        "baro_altitude_m > 5000",
        "On the ground above the highest airport (Daocheng Yading, 4,411 m). Source: OurAirports, ZUDC.",
        applies="on_ground is not null and on_ground and baro_altitude_m is not null",
    ),
    Rule(
        "position_source_unknown",
        "validity",
        "warn",
        "position_source is null or position_source not in (0, 1, 2, 3)",
        "None of ADS-B, ASTERIX, MLAT, FLARM. Source: OpenSky REST API.",
    ),
    Rule(
        "category_unknown",
        "validity",
        "warn",
        "not (category between 0 and 20)",
        "None of the 21 aircraft categories. Source: OpenSky REST API.",
        applies="category is not null",
    ),
)
"""Every rule, in the order in which reasons are listed."""

REJECTING: tuple[Rule, ...] = tuple(rule for rule in RULES if rule.severity == "reject")


def fingerprint(rules: tuple[Rule, ...] = RULES) -> str:
    """Return 12 hex digits that change whenever a rule's name, severity or predicate does."""
    parts = [{key: value for key, value in asdict(rule).items() if key != "meaning"} for rule in rules]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:12]
