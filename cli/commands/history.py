"""`flightlake history`: the commits of a day."""

from datetime import date

from cli.options import DatesOption, FormatOption, LakeOption, StackOption
from cli.output import OutputFormat, emit_json, print_table, stdout_console
from cli.published import TableArgument, TableName
from flightlake.commits.record import CommitRecord


def command(
    lake: LakeOption,
    table: TableArgument = TableName.STATES,
    dates: DatesOption = [],  # noqa: B006  Typer copies it
    _stack: StackOption = None,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Show the commits of each day: when, from how many raw objects, and which one is visible."""
    published = lake.open().table(table)
    records = [record for day in dates for record in published.history(day)] if dates else published.history()
    visible = {record.day: record.sequence for record in records}
    if output is OutputFormat.JSON:
        emit_json({"records": [_document(record, is_visible=_is_visible(record, visible)) for record in records]})
    elif not records:
        stdout_console().print(f"{table} has no commit yet; `flightlake convert` publishes")
    else:
        headings = ("date", "no.", "commit", "kind", "at (UTC)", "raw objects", "curated", "score", "rules", "visible")
        print_table(
            headings,
            [_row(record, is_visible=_is_visible(record, visible)) for record in records],
            numeric=(1, 5, 6, 7),
        )


def _is_visible(record: CommitRecord, visible: dict[date, int]) -> bool:
    return visible[record.day] == record.sequence


def _row(record: CommitRecord, *, is_visible: bool) -> tuple[object, ...]:
    score = None if record.quality_score is None else f"{record.quality_score:.2f}"
    at = f"{record.created_at:%Y-%m-%d %H:%M:%S}"
    counts = (len(record.raw_keys), record.counts.curated, score)
    mark = "yes" if is_visible else None
    kind = "vacuum" if record.vacuumed else record.kind
    return (record.day, record.sequence, record.commit, kind, at, *counts, record.rule_fingerprint, mark)


def _document(record: CommitRecord, *, is_visible: bool) -> dict[str, object]:
    return {
        "date": record.day,
        "sequence": record.sequence,
        "commit": record.commit,
        "kind": record.kind,
        "vacuumed": record.vacuumed,
        "created_at": record.created_at,
        "raw_objects": len(record.raw_keys),
        "raw_rows": record.counts.raw_rows,
        "curated": record.counts.curated,
        "quarantined": record.counts.quarantined,
        "duplicates": record.counts.duplicates,
        "quality_score": record.quality_score,
        "rule_fingerprint": record.rule_fingerprint,
        "code_version": record.code_version,
        "content_checksum": record.content_checksum,
        "visible": is_visible,
    }
