"""What `flightlake convert` says of days that were built under other rules, and which options go together."""

from datetime import date

from support.commands import flightlake

from cli.commands.convert import outdated_sentences
from flightlake.lake import Lake
from flightlake.publishing.pending import PendingDays

MAY_1, MAY_2, MAY_3 = date(2026, 5, 1), date(2026, 5, 2), date(2026, 5, 3)


def test_people_are_told_how_many_days_are_outdated_and_what_rebuilds_them() -> None:
    assert list(outdated_sentences(PendingDays())) == []
    (one,) = outdated_sentences(PendingDays(outdated=(MAY_1,)))
    assert one == (
        "1 published day was built under other rules than today's (2026-05-01); "
        "`flightlake convert --since 2026-05-01` rebuilds"
    )
    several, kept = outdated_sentences(PendingDays(outdated=(MAY_1, MAY_2), pinned=(MAY_3,)))
    assert several.startswith("2 published days were built under other rules than today's (2026-05-01 to 2026-05-02);")
    assert kept == (
        "2026-05-03 shows a commit of other rules because it was rolled back, and stays so; "
        "`flightlake convert --date 2026-05-03 --rebuild` builds it under today's"
    )


def test_dates_and_since_exclude_each_other(folder_lake: Lake) -> None:
    status, output, errors = flightlake(
        "convert", "--lake", folder_lake.address, "--date", MAY_1, "--since", MAY_1, "--format", "json"
    )
    assert (status, output) == (2, "")
    assert "--date names the days and --since adds days to the pending ones: give one of them" in errors
