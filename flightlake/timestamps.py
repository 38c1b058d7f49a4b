"""Instants as text: ISO 8601, UTC, as every stored document writes them."""

from datetime import UTC, datetime


def timestamp_text(at: datetime | None) -> str | None:
    """Return an instant with microseconds; None for None.

    >>> instant_text(datetime(2026, 11, 20, 12, 0, 30, 250_000, tzinfo=UTC))
    '2026-11-20T12:00:30.250000Z'
    """
    return None if at is None else at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def parse_timestamp(text: str) -> datetime:
    """Return the instant that a text means, in UTC.

    Raises:
        ValueError: the text is no ISO 8601 instant, or lacks its time zone.
    """
    try:
        at = datetime.fromisoformat(text)
    except TypeError as exc:
        raise ValueError(f"{text!r} is no text of an instant") from exc
    if at.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return at.astimezone(UTC)


def parse_optional_timestamp(text: str | None) -> datetime | None:
    """Return the instant that a text means; None for None.

    Raises:
        ValueError: as `parse_timestamp`.
    """
    return None if text is None else parse_timestamp(text)


def whole_milliseconds(at: datetime) -> datetime:
    """Return an instant cut to milliseconds, the grain of due times in the ledger."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
