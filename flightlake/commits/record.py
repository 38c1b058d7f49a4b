"""One record of a day's commit log, as Python and as JSON."""

import json
import os
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, date, datetime
from typing import Any, Literal

from flightlake.errors import StorageError
from flightlake.layout import RAW_PREFIX, commit_folder, table_prefix


@dataclass(frozen=True)
class DayCounts:
    """Row counts of one day; raw rows = curated + quarantined + duplicates, always."""

    raw_rows: int
    curated: int
    quarantined: int
    duplicates: int

    @property
    def adds_up(self) -> bool:
        """Whether no row was lost or made up."""
        return self.raw_rows == self.curated + self.quarantined + self.duplicates


@dataclass(frozen=True)
class Unreadable:
    """A raw object that gave no rows, and why; it stays in raw and costs only itself."""

    raw_key: str
    reason: str


@dataclass(frozen=True)
class CommitRecord:
    """One record of a day's log.

    Attributes:
        kind: how the visible commit came about: `build` made new folders, `rollback` names older ones.
        commit: id of the commit whose folders are visible under this record.
        folders: visible folder per table, in the order in which the pointers move.
        raw_keys: lineage: every raw object that the folders were built from.
        seen_raw_keys: what else was landed when a rollback was made; only a newer object makes the day pending again.
        quality_score: percent; None where nothing was checked.
        content_checksum: order-free checksum of the curated rows; the same rows give the same value.
        vacuumed: commits whose folders are gone from this record on; where there are any, a vacuum made the record, and
            all else is as in the one before.
    """

    log: str
    day: date
    sequence: int
    kind: Literal["build", "rollback"]
    commit: str
    created_at: datetime
    folders: dict[str, str]
    raw_keys: tuple[str, ...]
    counts: DayCounts
    quality_score: float | None
    rule_fingerprint: str
    code_version: str
    content_checksum: str
    unreadable: tuple[Unreadable, ...] = ()
    seen_raw_keys: tuple[str, ...] = field(default=())
    vacuumed: tuple[str, ...] = ()

    @property
    def known_raw_keys(self) -> frozenset[str]:
        """Every raw object that this record has taken into account."""
        return frozenset(self.raw_keys) | frozenset(self.seen_raw_keys)

    def to_json(self) -> bytes:
        """Return the record as an indented JSON document."""
        document = asdict(self) | {"day": self.day.isoformat(), "created_at": self.created_at.isoformat()}
        return json.dumps(document, indent=1).encode()

    @staticmethod
    def from_json(key: str, data: bytes) -> "CommitRecord":
        """Return the record that an object of the log holds.

        Raises:
            StorageError: the object is no commit record.
        """
        try:
            document: dict[str, Any] = json.loads(data)
            document["day"] = date.fromisoformat(document["day"])
            document["created_at"] = datetime.fromisoformat(document["created_at"])
            document["counts"] = DayCounts(**document["counts"])
            document["unreadable"] = tuple(Unreadable(**item) for item in document["unreadable"])
            document["raw_keys"] = tuple(document["raw_keys"])
            document["seen_raw_keys"] = tuple(document["seen_raw_keys"])
            document["vacuumed"] = tuple(document.get("vacuumed", ()))
            _check_places(document)
            # What a newer release adds is none of this one's business; what it must not ignore, the marker says.
            return CommitRecord(**{name: document[name] for name in _RECORD_FIELDS if name in document})
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise StorageError(f"{key}: not a commit record of this version of flightlake ({error})") from error


def _check_places(document: dict[str, Any]) -> None:
    """Let pass a record that names places within the lake only: jobs read there, pointers move there."""
    for table, folder in document["folders"].items():
        if commit_folder(f"{folder}part") != (document["day"], folder) or not folder.startswith(table_prefix(table)):
            raise ValueError(f"folders: {folder!r} is no commit of {document['day']} of {table}")
    for key in (*document["raw_keys"], *document["seen_raw_keys"]):
        if not key.startswith(RAW_PREFIX) or "/." in key:
            raise ValueError(f"raw_keys: {key!r} is no key of the raw zone")


_RECORD_FIELDS = tuple(field_.name for field_ in fields(CommitRecord))


def new_commit_id(at: datetime) -> str:
    """Return a commit id that sorts by time and that no other run makes."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{os.urandom(4).hex()}"
