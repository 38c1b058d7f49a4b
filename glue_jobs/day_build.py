"""What the build of a day hands over for publishing, whichever tables it is for."""

from dataclasses import dataclass

from lake.commits import DayCounts, Unreadable


@dataclass(frozen=True)
class DayBuild:
    """What a build has written and counted; nothing of it is visible yet.

    Attributes:
        folders: by table name.
        raw_keys: every raw object that was taken into account, the unreadable ones too.
        quality_score: percent; None where nothing was judged.
        content_checksum: order-free; the same rows give the same value.
        drifted_rows: rows with more fields than the contract knows.
    """

    folders: dict[str, str]
    raw_keys: tuple[str, ...]
    counts: DayCounts
    quality_score: float | None
    content_checksum: str
    unreadable: tuple[Unreadable, ...]
    drifted_rows: int = 0
