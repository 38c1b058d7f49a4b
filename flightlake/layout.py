"""Layout of the lake: object keys as pure functions of time and content, relative to the lake's root."""

import gzip
import hashlib
import re
import zlib
from datetime import UTC, date, datetime

from flightlake.errors import InvalidResponseError

MARKER_KEY = "flightlake.json"
"""The object that makes a folder or a prefix a lake."""

CATALOG_KEY = "catalog.json"
"""The catalog of a local lake; on AWS this is Glue."""

POLL_STATE_KEY = "poll_state.json"
"""Credits, cooldown and breaker of a local lake; on AWS this is DynamoDB."""

RAW_PREFIX = "raw/"
"""Everything that was received; on AWS it may lie in a bucket of its own."""

RAW_STATES_PREFIX = "raw/states/"
RAW_POLLS_PREFIX = "raw/polls/"
RAW_REFUSED_PREFIX = "raw/refused/"
COMMITS_PREFIX = "commits/"

ARCHIVE_PREFIX = "raw/archive/states/"
"""Responses of past days, packed: the parts, and the index that names each response in them.

Beside `raw/states/`, not under it: what reads that folder by itself, such as a crawler, would take parts for responses.
"""

ARCHIVE_PARTS_PREFIX = f"{ARCHIVE_PREFIX}parts/"
ARCHIVE_INDEX_PREFIX = f"{ARCHIVE_PREFIX}index/"

_DIGEST_LENGTH = 8
_PART_DIGEST_LENGTH = 16
_RAW_STATES_KEY = re.compile(
    r"raw/states/year=\d{4}/month=\d{2}/day=\d{2}/hour=\d{2}/flight_data_(\d{8}_\d{6})_([0-9a-f]{8})\.json\.gz"
)

_RAW_POLL_KEY = re.compile(r"raw/polls/year=\d{4}/month=\d{2}/day=\d{2}/poll_(\d{8})_(\d{6})_(\d{3})_[0-9a-f]{8}\.json")

_REFUSED_KEY = re.compile(r"raw/refused/year=\d{4}/month=\d{2}/day=\d{2}/refused_(\d{8}_\d{6})_[0-9a-f]{8}\.gz")

_DAY_FOLDERS = r"year=(\d{4})/month=(\d{2})/day=(\d{2})/"
_STATES_DAY = re.compile(f"{RAW_STATES_PREFIX}{_DAY_FOLDERS}.*")
_ARCHIVE_PART = re.compile(rf"{ARCHIVE_PARTS_PREFIX}{_DAY_FOLDERS}part_[0-9a-f]{{16}}\.json\.gz")
_ARCHIVE_INDEX = re.compile(rf"{ARCHIVE_INDEX_PREFIX}{_DAY_FOLDERS}(\d{{8}})\.jsonl\.gz")

_COMMIT_FOLDER = re.compile(r"(curated/[^/]+/[^/=]+=(\d{4}-\d{2}-\d{2})/commit=[^/]+/).+")

_RECORD_KEY = re.compile(r"commits/([^/]+)/(\d{4}-\d{2}-\d{2})/\d{8}\.json")


def gzipped(body: bytes) -> bytes:
    """Gzip a body reproducibly: the same body gives the same bytes, without time or name in the header."""
    # Level 5: 40 ms for a global response where level 6 takes 66, for 3 % more bytes; the poller waits for it.
    return gzip.compress(body, compresslevel=5, mtime=0)


def ungzipped(stored: bytes) -> bytes:
    """Unpack the body of a stored object.

    Raises:
        InvalidResponseError: the object is no sound gzip.
    """
    try:
        return gzip.decompress(stored)
    except (OSError, EOFError, zlib.error) as error:
        raise InvalidResponseError(f"no sound gzip: {error}") from error


def content_digest(body: bytes) -> str:
    """Return the first eight hex digits of the body's SHA-256."""
    return hashlib.sha256(body).hexdigest()[:_DIGEST_LENGTH]


def raw_states_key(snapshot_at: datetime, body: bytes) -> str:
    """Return the key of a landed response, named by its time (UTC) and content: landing it twice changes nothing."""
    at = snapshot_at.astimezone(UTC)
    return f"{_hour_prefix(at)}flight_data_{at:%Y%m%d_%H%M%S}_{content_digest(body)}.json.gz"


def raw_states_day_prefix(day: date) -> str:
    """Return the prefix of all responses of one UTC day."""
    return f"{RAW_STATES_PREFIX}{_day_folders(day)}"


def snapshot_at_of(raw_key: str) -> datetime | None:
    """Return the response time that a raw key carries; None where the key is not one of a landed response."""
    found = _RAW_STATES_KEY.fullmatch(raw_key)
    return None if found is None else _instant(found[1], "%Y%m%d_%H%M%S")


def snapshot_date_of(raw_key: str) -> date | None:
    """Return the UTC day of the response time in a raw key; None for other keys."""
    at = snapshot_at_of(raw_key)
    return None if at is None else at.date()


def states_day_of(key_or_prefix: str) -> date | None:
    """Return the UTC day of the response folder that holds a key or prefix; None for other keys."""
    return _folder_day(_STATES_DAY, key_or_prefix)


def archive_parts_prefix(day: date) -> str:
    """Return the prefix of the parts of one UTC day's archive."""
    return f"{ARCHIVE_PARTS_PREFIX}{_day_folders(day)}"


def archive_part_key(day: date, data: bytes) -> str:
    """Return the key of a part of a day's archive, named by its content: packing it twice changes nothing."""
    digest = hashlib.sha256(data).hexdigest()[:_PART_DIGEST_LENGTH]
    return f"{archive_parts_prefix(day)}part_{digest}.json.gz"


def archive_part_day(key: str) -> date | None:
    """Return the UTC day of an archive's part; None where the key is not one of a part."""
    return _folder_day(_ARCHIVE_PART, key)


def archive_index_prefix(states_prefix: str) -> str:
    """Return the prefix of the indexes that can name responses under a prefix of `raw/states/`."""
    folders = states_prefix.removeprefix(RAW_STATES_PREFIX).split("/")[:3]
    return f"{ARCHIVE_INDEX_PREFIX}{''.join(f'{folder}/' for folder in folders if folder)}"


def archive_index_key(day: date, sequence: int) -> str:
    """Return the key of one of the indexes of a day's archive; the number is padded so that keys sort as numbers do."""
    return f"{ARCHIVE_INDEX_PREFIX}{_day_folders(day)}{sequence:08d}.jsonl.gz"


def archive_index_of(key: str) -> tuple[date, int] | None:
    """Return the UTC day and the number of an index; None where the key is not one of an index."""
    found = _ARCHIVE_INDEX.fullmatch(key)
    day = None if found is None else _day("-".join(found.groups()[:3]))
    return None if found is None or day is None else (day, int(found[4]))


def poll_date_of(poll_key: str) -> date | None:
    """Return the day that a ledger record's key carries; None where the key is not one of a ledger record."""
    found = _RAW_POLL_KEY.fullmatch(poll_key)
    at = None if found is None else _instant(found[1], "%Y%m%d")
    return None if at is None else at.date()


def poll_due_at_of(poll_key: str) -> datetime | None:
    """Return when a poll was due, by its ledger record's key; None where the key is not one of a ledger record."""
    found = _RAW_POLL_KEY.fullmatch(poll_key)
    return None if found is None else _instant(f"{found[1]}{found[2]}{found[3]}000", "%Y%m%d%H%M%S%f")


def refused_key(received_at: datetime, body: bytes) -> str:
    """Return the key of a refused body, by the time of its receipt."""
    at = received_at.astimezone(UTC)
    digest = content_digest(body)
    return f"{RAW_REFUSED_PREFIX}year={at:%Y}/month={at:%m}/day={at:%d}/refused_{at:%Y%m%d_%H%M%S}_{digest}.gz"


def received_at_of(refused_key: str) -> datetime | None:
    """Return the time of receipt that a refused body's key carries; None where the key is not one of a refused body."""
    found = _REFUSED_KEY.fullmatch(refused_key)
    return None if found is None else _instant(found[1], "%Y%m%d_%H%M%S")


def poll_key(scheduled_at: datetime, source: str) -> str:
    """Return the key of a poll's ledger record: one per due time (to the millisecond) and source."""
    at = scheduled_at.astimezone(UTC)
    stamp = f"{at:%Y%m%d_%H%M%S}_{at.microsecond // 1000:03d}"
    return f"{polls_day_prefix(at.date())}poll_{stamp}_{content_digest(source.encode())}.json"


def polls_day_prefix(day: date) -> str:
    """Return the prefix of all ledger records of one UTC day."""
    return f"{RAW_POLLS_PREFIX}{_day_folders(day)}"


def table_prefix(table: str) -> str:
    """Return the prefix that holds all days and commits of a table."""
    return f"curated/{table}/"


def commit_prefix(table: str, partition_column: str, day: date, commit: str) -> str:
    """Return the folder of one commit of one day of a table; its files never change."""
    return f"{table_prefix(table)}{partition_column}={day.isoformat()}/commit={commit}/"


def commit_folder(key: str) -> tuple[date, str] | None:
    """Return the day and the commit folder of a published file's key; None for other keys."""
    found = _COMMIT_FOLDER.fullmatch(key)
    day = None if found is None else _day(found[2])
    return None if found is None or day is None else (day, found[1])


def log_prefix(log: str, day: date) -> str:
    """Return the prefix of a day's commit records."""
    return f"{COMMITS_PREFIX}{log}/{day.isoformat()}/"


def record_key(log: str, day: date, sequence: int) -> str:
    """Return the key of one commit record; the number is padded so that keys sort as numbers do."""
    return f"{log_prefix(log, day)}{sequence:08d}.json"


def record_day(log: str, key: str) -> date | None:
    """Return the day of a commit record's key; None where the key is not one of this log's records."""
    found = _RECORD_KEY.fullmatch(key)
    return None if found is None or found[1] != log else _day(found[2])


def _instant(digits: str, form: str) -> datetime | None:
    """Return the instant (UTC) that a part of a key means; None where no calendar has it."""
    try:
        return datetime.strptime(digits, form).replace(tzinfo=UTC)
    except ValueError:
        return None


def _day(text: str) -> date | None:
    """Return the day that a part of a key means; None where no calendar has it."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _folder_day(pattern: re.Pattern[str], text: str) -> date | None:
    found = pattern.fullmatch(text)
    return None if found is None else _day("-".join(found.groups()[:3]))


def _day_folders(day: date) -> str:
    return f"year={day:%Y}/month={day:%m}/day={day:%d}/"


def _hour_prefix(at: datetime) -> str:
    return f"{raw_states_day_prefix(at.date())}hour={at:%H}/"
