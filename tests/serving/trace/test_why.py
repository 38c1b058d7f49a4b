"""Every outcome of a trace, with its sentence."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from support.aws import Aws
from support.commits import log_of
from support.traced import TracedLake, instant, unreadable
from support.vectors import DAY, NOON, vector

from flightlake.layout import gzipped, raw_states_key
from flightlake.quality.rules import fingerprint
from flightlake.schema.tables.states import STATES
from flightlake.storage.open_lake import open_lake
from serving.trace.classify import Outcome
from serving.trace.why import Answer, why


@pytest.fixture
def traced(tmp_path: Path) -> TracedLake:
    return TracedLake(tmp_path / "lake")


def said(answer: Answer) -> str:
    return " ".join(answer.sentences)


def test_no_two_outcomes_have_the_same_sentence() -> None:
    assert len({outcome.text for outcome in Outcome}) == len(Outcome)
    assert Outcome("left_out") is Outcome.LEFT_OUT


def test_a_visible_row_names_poll_response_row_and_commit(traced: TracedLake) -> None:
    key = traced.land(vector(icao24="4b1805"), vector(callsign="dlh9lf"))
    traced.polled(5, raw_key=key)
    traced.publish([key], curated=[("3c6444", 0)])
    answer = traced.why()
    assert answer.outcome is Outcome.VISIBLE
    assert answer.sentences[0] == (
        f"3c6444 is in `states` at 2026-05-08 12:00:00 UTC: row 1 of {key}, visible in commit c1 "
        f"(no. 1, 2026-05-09 01:00:00 UTC, rules {fingerprint()}, flightlake 0)."
    )
    assert "Rules that only warn: callsign_form." in answer.sentences
    assert "The poll due at 2026-05-08 12:00:05 UTC brought the response" in said(answer)


def test_a_quarantined_row_names_the_rule_and_what_today_would_say(traced: TracedLake) -> None:
    key = traced.land(vector())
    traced.publish([key], rejected=[(key, 0, "3c6444", ["some_rule"])], rule_fingerprint="aaaaaaaaaaaa")
    answer = traced.why()
    assert answer.outcome is Outcome.QUARANTINED
    commit = "commit c1 (no. 1, 2026-05-09 01:00:00 UTC, rules aaaaaaaaaaaa, flightlake 0)"
    assert f"in quarantine of {commit}: row 0 of {key} breaks some_rule." in answer.sentences[0]
    assert f"Today's rules ({fingerprint()}) let it pass; `flightlake convert --since 2026-05-08`" in said(answer)


def test_a_row_that_today_would_reject_is_visible_under_other_rules(traced: TracedLake) -> None:
    key = traced.land(vector(velocity=2503))
    traced.publish([key], curated=[("3c6444", 0)], rule_fingerprint="aaaaaaaaaaaa")
    answer = traced.why()
    assert answer.outcome is Outcome.VISIBLE
    assert "would reject it: ground_speed_impossible; `flightlake convert --since 2026-05-08`" in said(answer)


@pytest.mark.parametrize(
    ("first", "second", "winner", "reason"),
    [
        (vector(last_contact=NOON), vector(), 0, "its last contact is newer"),
        (vector(), vector(last_contact=NOON), 1, "its last contact is newer"),
        (vector(), vector(velocity=231), 0, "it stands first"),
    ],
)
def test_a_repeat_names_the_row_that_won(
    traced: TracedLake, first: list[object], second: list[object], winner: int, reason: str
) -> None:
    key = traced.land(first, second)
    traced.publish([key], curated=[("3c6444", 0)])
    won, lost = traced.why().statuses
    assert (won.outcome, won.row.row_number, lost.outcome, lost.winner) == ("visible", winner, "repeat", won.row)
    assert f"Row {1 - winner} of {key} is a repeat: row {winner} of {key} won, as {reason}." in traced.why().sentences


def test_of_equal_rows_in_two_responses_the_smallest_key_wins(traced: TracedLake) -> None:
    keys = sorted(traced.land(vector(), vector(icao24=other)) for other in ("4b1805", "c0ffee"))
    traced.publish(keys, curated=[("3c6444", 0)])
    assert [(status.outcome, status.row.raw_key) for status in traced.why().statuses] == [
        ("visible", keys[0]),
        ("repeat", keys[1]),
    ]
    assert "of equal contacts the smallest key counts" in said(traced.why())


def test_a_row_in_quarantine_does_not_win(traced: TracedLake) -> None:
    key = traced.land(vector(last_contact=NOON, velocity=2503), vector())
    traced.publish([key], curated=[("3c6444", 0)], rejected=[(key, 0, "3c6444", ["ground_speed_impossible"])])
    assert [(status.row.row_number, status.outcome) for status in traced.why().statuses] == [
        (1, "visible"),
        (0, "quarantined"),
    ]


def test_a_row_that_landed_after_the_last_commit_waits(traced: TracedLake) -> None:
    traced.publish([traced.land(vector())], curated=[("3c6444", 0)])
    traced.land(vector(at=NOON + 90, velocity=2503), at=90)
    answer = traced.why(at=90)
    assert answer.outcome is Outcome.PENDING
    assert "waits for the next conversion: no commit of 2026-05-08 knows the response yet" in answer.sentences[0]
    assert "It will go to quarantine: today's rules" in answer.sentences[1]


def test_a_day_that_was_never_published_says_so(traced: TracedLake) -> None:
    traced.land(vector())
    answer = traced.why()
    assert answer.outcome is Outcome.UNPUBLISHED
    assert "is landed, but 2026-05-08 was never published" in answer.sentences[0]


def test_a_row_of_a_commit_that_was_rolled_back_names_both_commits(traced: TracedLake) -> None:
    first = traced.land(vector())
    traced.publish([first], curated=[("3c6444", 0)])
    second = traced.land(vector(at=NOON + 90), at=90)
    traced.publish([first, second], curated=[("3c6444", 0), ("3c6444", 90)], commit="c2")
    never = traced.land(vector(at=NOON + 180), at=180)
    at = instant() + timedelta(days=1)
    traced.log.roll_back(DAY, commit=None, seen_raw_keys=(first, second, never), at=at)
    assert traced.why().outcome is Outcome.VISIBLE
    answer = traced.why(at=90)
    assert answer.outcome is Outcome.ROLLED_BACK
    assert "was published by commit c2 (no. 2" in answer.sentences[0]
    assert "until the day was rolled back to commit c1 (2026-05-09 12:00:00 UTC)" in answer.sentences[0]
    assert "was landed and never published, as the day was rolled back" in traced.why(at=180).sentences[0]
    traced.log.mark_vacuumed(traced.log.records(DAY), ["c2"], at=at + timedelta(days=9))
    assert "rolled back to commit c1 (2026-05-09 12:00:00 UTC)" in traced.why(at=90).sentences[0]


def test_a_row_left_out_by_the_job_gives_the_jobs_reason(traced: TracedLake) -> None:
    key = traced.land(vector())
    traced.publish([key], unreadable=unreadable(key, "Spark cannot parse its numbers"))
    answer = traced.why()
    assert answer.outcome is Outcome.LEFT_OUT
    assert answer.sentences[0].endswith("left the response out: Spark cannot parse its numbers.")


def test_a_pointer_that_lags_behind_is_the_first_reason(traced: TracedLake) -> None:
    first = traced.land(vector())
    traced.publish([first], curated=[("3c6444", 0)])
    second = traced.land(vector(at=NOON + 90), at=90)
    shown = traced.lake.catalog.partitions(STATES)[DAY]
    traced.publish([first, second], curated=[("3c6444", 0), ("3c6444", 90)], commit="c2")
    traced.lake.catalog.move_pointer(STATES, DAY, shown)
    answer = traced.why(at=90)
    assert answer.outcome is Outcome.DIFFERS
    assert "readers still see c1, the log says c2; `flightlake convert` moves the pointer" in answer.sentences[0]


def test_a_row_that_is_nowhere_though_all_agrees_is_for_verify(traced: TracedLake) -> None:
    key = traced.land(vector())
    made = traced.publish([key])
    assert "neither there nor in quarantine: the files are not what the commit wrote" in traced.why().sentences[0]
    traced.publish([key], commit="c2", rule_fingerprint="aaaaaaaaaaaa")
    assert "the day was built under other rules (aaaaaaaaaaaa)" in traced.why().sentences[0]
    for folder in replace(made, commit="c2").folders, traced.log.folders(DAY, "c2"):
        traced.lake.store.delete([info.key for info in traced.lake.store.list(folder[STATES.name])])
    answer = traced.why()
    assert answer.outcome is Outcome.DIFFERS
    assert "what readers ought to see cannot be read (states of 2026-05-08: the folder" in answer.sentences[0]


def test_no_aircraft_is_told_with_the_neighbours(traced: TracedLake) -> None:
    key = traced.land(vector(icao24="4b1805"))
    traced.publish([key], curated=[("4b1805", 0), ("3c6444", -180), ("3c6444", -90), ("3c6444", 90)])
    answer = traced.why()
    assert answer.outcome is Outcome.NO_AIRCRAFT
    assert f"no row of 3c6444 in it: {key} (1 rows)." in answer.sentences[0]
    assert "last before at 2026-05-08 11:58:30 UTC, next at 2026-05-08 12:01:30 UTC." in answer.sentences[1]


def test_an_empty_sky_is_no_missing_data(traced: TracedLake) -> None:
    traced.land()
    answer = traced.why()
    assert answer.outcome is Outcome.EMPTY_SKY
    assert "the source was asked and its response of 2026-05-08 12:00:00 UTC has no rows" in answer.sentences[0]


@pytest.mark.parametrize(
    ("poll_outcome", "raw_key", "reason", "outcome", "told"),
    [
        ("failed", None, "HTTP 503", "poll_failed", "the poll due at 2026-05-08 12:01:30 UTC failed: HTTP 503."),
        ("failed", "raw/refused/x.gz", "no JSON", "refused", "response: no JSON. The body is kept: raw/refused/x.gz."),
        ("skipped_budget", None, "no credits", "poll_skipped", "was not sent (skipped_budget): no credits."),
        ("skipped_cooldown", None, "asked to wait", "poll_skipped", "was not sent (skipped_cooldown): asked to wait."),
        ("skipped_breaker", None, "source is down", "poll_skipped", "was not sent (skipped_breaker): source is down."),
    ],
)  # fmt: skip
def test_a_poll_without_a_response_answers_where_it_is_nearer_than_any_response(
    traced: TracedLake, poll_outcome: str, raw_key: str | None, reason: str, outcome: str, told: str
) -> None:
    for due in (0, 180):
        traced.polled(due, raw_key=traced.land(vector(at=NOON + due - 5), at=due - 5))
    traced.polled(90, poll_outcome, raw_key, reason)
    answer = traced.why(at=70)
    assert answer.outcome == outcome
    assert answer.sentences[0].startswith("No data: the poll due at")
    assert told in answer.sentences[0]
    assert "The response before is of 2026-05-08 11:59:55 UTC" in said(answer)
    assert "the response after is of 2026-05-08 12:02:55 UTC" in said(answer)
    assert traced.why(at=40).outcome is Outcome.UNPUBLISHED, "the poll at noon is nearer, and brought a row"


def test_a_feed_that_stood_still_leads_to_the_response_that_it_repeated(traced: TracedLake) -> None:
    key = traced.land(vector(at=NOON - 1500), at=-1500)
    traced.polled(-1500, raw_key=key)
    traced.polled(0, "duplicate", raw_key=key)
    answer = traced.why(at=3)
    assert answer.evidence.match.snapshot_at == instant(-1500)
    assert "brought the response again, as the source had nothing newer" in said(answer)
    assert "is 25 min 3 s before it" in said(answer)


def test_where_nothing_was_polled_the_likeliest_reason_comes_first(traced: TracedLake) -> None:
    answer = traced.why()
    assert answer.outcome is Outcome.NOT_POLLED
    assert answer.sentences[0] == (
        "No data: within 15 min of 2026-05-08 12:00:00 UTC no response was landed and no poll that the ledger can tell "
        "of was due."
    )
    assert "it has no poll ledger" in answer.sentences[1]
    early = why(traced.lake, "3c6444", instant(), now=instant(-1))
    assert early.sentences[1] == "That time has not come yet."
    traced.polled(-3600, raw_key=traced.land(vector(at=NOON - 3600), at=-3600))
    assert "no poller was running: the poll before is of 2026-05-08 11:00:00 UTC" in traced.why().sentences[1]
    traced.lake.store.put_if_absent("raw/polls/year=2026/month=05/day=08/poll_20260508_120000_000_8ac17376.json", b"{")
    assert "an object that is no record of a poll" in traced.why().sentences[1]


def test_a_response_that_cannot_be_read_leaves_it_unknown(traced: TracedLake) -> None:
    key = raw_states_key(instant(), b"{")
    traced.lake.store.put_if_absent(key, gzipped(b"{"))
    answer = traced.why()
    assert answer.outcome is Outcome.UNREADABLE
    assert f"{key}: the body is no" in answer.sentences[0]


def test_responses_that_expired_still_have_their_published_rows(traced: TracedLake) -> None:
    key = traced.land(vector(), vector(icao24="a0f1e2", velocity=2503))
    traced.publish(
        [key], curated=[("3c6444", 0)], rejected=[(key, 1, "a0f1e2", ["ground_speed_impossible"])], commit="c1"
    )
    traced.lake.store.delete([key])
    assert "a row whose response is gone, visible in commit c1" in traced.why().sentences[0]
    assert traced.why("a0f1e2").outcome is Outcome.QUARANTINED
    absent = traced.why("ffffff")
    assert absent.outcome is Outcome.RAW_GONE
    assert "when commit c1 (no. 1" in absent.sentences[0]


def test_a_row_with_a_badly_written_address_is_found(traced: TracedLake) -> None:
    key = traced.land(vector(icao24="3C6444"))
    traced.publish([key], rejected=[(key, 0, "3C6444", ["icao24_form"])])
    answer = traced.why()
    assert answer.outcome is Outcome.QUARANTINED
    assert answer.statuses[0].row.icao24 == "3C6444"


def test_the_snapshot_just_across_midnight_is_found(traced: TracedLake) -> None:
    traced.land(vector(at=NOON + 43_200), at=43_200)
    answer = traced.why(at=43_190)
    assert answer.evidence.match.snapshot_at == instant(43_200)
    assert answer.outcome is Outcome.UNPUBLISHED
    assert "is 10 s after it" in said(answer)


def test_other_days_are_not_looked_at(traced: TracedLake) -> None:
    traced.publish([traced.land(vector())], curated=[("3c6444", 0)])
    other = DAY + timedelta(days=9)
    traced.lake.catalog.move_pointer(STATES, other, f"curated/states/snapshot_date={other}/commit=gone/")
    assert traced.why().outcome is Outcome.VISIBLE


def test_a_lake_in_a_bucket_answers_as_a_folder_does(
    traced: TracedLake, aws: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    key = traced.land(vector(), vector(icao24="a0f1e2", velocity=2503))
    traced.polled(5, raw_key=key)
    traced.polled(90, "failed", reason="HTTP 503")
    traced.publish([key], curated=[("3c6444", 0)], rejected=[(key, 1, "a0f1e2", ["ground_speed_impossible"])])
    bucket = open_lake(aws.make_lake_place(), create=True)
    for info in traced.lake.store.list(""):
        if info.key.startswith(("raw/", "curated/", "commits/")):
            bucket.store.put_if_absent(info.key, traced.lake.store.get(info.key))
    log_of(bucket).sync_catalog(DAY)
    for icao24, at in (("3c6444", 0), ("a0f1e2", 0), ("ffffff", 0), ("3c6444", 80)):
        here = traced.why(icao24, at)
        there = why(bucket, icao24, instant(at), now=instant() + timedelta(days=3))
        assert (there.outcome, there.sentences) == (here.outcome, here.sentences)
        assert there.to_document() == here.to_document()
