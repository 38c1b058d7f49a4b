"""Quality rules: one table, from which Spark, the embedded engine, the poller and the verifiers evaluate rows.

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
from dataclasses import asdict

from flightlake.quality.rule import DIMENSIONS, FIELDS_UNKNOWN, Rule
from flightlake.quality.rule_sets.identity import IDENTITY_RULES
from flightlake.quality.rule_sets.motion import MOTION_RULES
from flightlake.quality.rule_sets.position import POSITION_RULES

__all__ = ["DIMENSIONS", "FIELDS_UNKNOWN", "REJECTING", "RULES", "Rule", "fingerprint"]

RULES: tuple[Rule, ...] = IDENTITY_RULES + POSITION_RULES + MOTION_RULES
"""Every rule, in the order in which reasons are listed."""

REJECTING: tuple[Rule, ...] = tuple(rule for rule in RULES if rule.severity == "reject")


def fingerprint(rules: tuple[Rule, ...] = RULES) -> str:
    """Return 12 hex digits that change whenever a rule's name, severity or predicate does."""
    parts = [{key: value for key, value in asdict(rule).items() if key != "meaning"} for rule in rules]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:12]
