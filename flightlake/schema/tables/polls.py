"""Tables of the poll ledger: as written, and as published."""

from flightlake.schema.contract import Column, Table, Type

_OUTCOMES = "landed, duplicate, skipped_budget, skipped_cooldown, skipped_breaker or failed"


def _columns(timestamp: Type) -> tuple[Column, ...]:
    """Return the columns of a poll; its timestamps are ISO 8601 texts in the ledger."""
    form = ", ISO 8601" if timestamp == "string" else ""
    return (
        Column("scheduled_at", timestamp, f"when the poll was due{form}", "UTC"),
        Column("polled_at", timestamp, f"when the source was asked{form}; null where it was not", "UTC"),
        Column("outcome", "string", _OUTCOMES, former_name="fate"),
        Column("reason", "string", "why it was skipped or failed; null otherwise"),
        Column("source", "string", "the source's address, without credentials"),
        Column("credits_spent", "int", "OpenSky credits that this poll cost", "credits"),
        Column("credits_left", "int", "credits left as the source said; null where it did not", "credits"),
        Column("row_count", "int", "rows in the response; null where there was none", "rows"),
        Column("raw_key", "string", "object that holds the response; null where there is none"),
    )


RAW_POLLS = Table(
    name="raw_polls",
    grain="one record of the poll ledger, as written",
    columns=_columns("string"),
    partition_columns=(
        Column("year", "string", "of the due time, four digits"),
        Column("month", "string", "two digits"),
        Column("day", "string", "two digits, UTC"),
    ),
    format="json",
)

POLLS = Table(
    name="polls",
    grain="one scheduled poll and its outcome",
    columns=_columns("timestamp"),
    partition_columns=(Column("poll_date", "date", "UTC day of scheduled_at"),),
)
