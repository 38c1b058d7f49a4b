"""Facts of hand-made lakes, counted by hand."""

from datetime import date, datetime

import pytest
from support.lakes import LakeBuilder, a_poll, a_rejected, a_score, a_state, at
from support.report_lakes import publish_day

from flightlake.commits.record import DayCounts, Unreadable
from flightlake.errors import UsageError
from flightlake.lake import Lake
from serving.report.lake import total_counts
from serving.report.polling import response_gaps
from serving.report.queries import EmptyLake, Facts, gather
from serving.report.traffic_queries import Band, Snapshot, thinned


def facts_of(builder: LakeBuilder, *days: date) -> Facts:
    facts = gather(builder.lake, days)
    assert isinstance(facts, Facts)
    return facts


def noon(clock: str) -> datetime:
    return at(clock).replace(tzinfo=None)


def test_totals_are_those_of_the_rows(small_lake: LakeBuilder) -> None:
    totals = facts_of(small_lake).traffic.totals
    assert (totals.rows, totals.aircraft, totals.countries, totals.callsigns) == (4, 3, 2, 2)
    assert (totals.first_at, totals.last_at) == (noon("12:00"), noon("12:01:30"))
    assert (totals.with_position, totals.on_ground) == (4, 1)


def test_a_snapshot_counts_the_air_and_the_ground(small_lake: LakeBuilder) -> None:
    assert facts_of(small_lake).traffic.snapshots == [Snapshot(noon("12:00"), 1, 1), Snapshot(noon("12:01:30"), 2, 0)]


def test_an_altitude_on_the_edge_belongs_to_the_band_above(builder: LakeBuilder) -> None:
    # 10,000 ft, 9,975 ft, -25 ft, 60,000 ft; and one without an altitude.
    altitudes = [3048.0, 3040.38, -7.62, 18288.0, None]
    publish_day(builder, [a_state(icao24=f"00000{n}", baro_altitude_m=m) for n, m in enumerate(altitudes)])
    bands = facts_of(builder).traffic.altitudes
    assert [band for band in bands if band.rows] == [Band(0, 1), Band(80, 1), Band(100, 1), Band(500, 1)]
    assert [band.start for band in bands] == list(range(0, 501, 20))


def test_speeds_are_of_aircraft_in_the_air(builder: LakeBuilder) -> None:
    # 100 kt are 51.4444 m/s.
    speeds = [(51.44444444, False), (51.0, False), (100.0, True), (None, False)]
    rows = [a_state(icao24=f"00000{n}", ground_speed_mps=v, on_ground=g) for n, (v, g) in enumerate(speeds)]
    publish_day(builder, rows)
    assert facts_of(builder).traffic.speeds == [Band(80, 1), Band(100, 1)]


def test_countries_and_airlines_come_by_aircraft(small_lake: LakeBuilder) -> None:
    traffic = facts_of(small_lake).traffic
    assert [(share.name, share.aircraft, share.rows) for share in traffic.countries] == [
        ("Germany", 2, 3),
        ("Ireland", 1, 1),
    ]
    assert [(share.name, share.aircraft, share.rows) for share in traffic.prefixes] == [("DLH", 1, 2), ("RYR", 1, 1)]


def test_sizes_and_counts_come_from_the_commit(small_lake: LakeBuilder) -> None:
    (day,) = facts_of(small_lake).days
    sizes = {info.key: info.size_bytes for info in small_lake.lake.store.list("")}
    assert day.counts == DayCounts(5, 4, 1, 0)
    assert day.raw_bytes == sum(size for key, size in sizes.items() if key.startswith("raw/states/"))
    assert day.curated_bytes == sum(size for key, size in sizes.items() if key.startswith("curated/states/"))
    assert (day.responses, day.waiting) == (2, 0)


def test_a_response_after_the_commit_waits(small_lake: LakeBuilder) -> None:
    small_lake.land(at("13:00"), b"{}")
    assert facts_of(small_lake).days[0].waiting == 1


def test_unreadable_responses_are_named(builder: LakeBuilder) -> None:
    broken = Unreadable("raw/states/x.json.gz", "not gzip")
    publish_day(builder, [a_state()], unreadable=(broken,), counts=DayCounts(1, 1, 0, 0))
    assert facts_of(builder).days[0].unreadable == (broken,)


def test_scores_follow_the_formula_over_all_chosen_days(small_lake: LakeBuilder) -> None:
    quality = facts_of(small_lake).quality
    by_dimension = {score.dimension: score.score for score in quality.dimensions}
    assert by_dimension == {
        "completeness": 80.0,
        "accuracy": 100.0,
        "consistency": None,
        "timeliness": None,
        "validity": 80.0,
    }
    assert quality.overall == pytest.approx(260 / 3)
    assert [entry.rule.name for entry in quality.rules][:3] == [
        "callsign_missing",
        "icao24_form",
        "ground_speed_impossible",
    ]


def test_a_row_with_two_reasons_counts_for_both(small_lake: LakeBuilder) -> None:
    reasons = facts_of(small_lake).quality.reasons
    assert [(reason.name, reason.rows, reason.examples[0].raw_row) for reason in reasons] == [
        ("icao24_form", 1, '["row 4"]'),
        ("position_half", 1, '["row 4"]'),
    ]


def test_a_gap_is_longer_than_three_intervals_and_five_minutes() -> None:
    clocks = ["12:00", "12:02", "12:04", "12:10", "12:16:01"]
    interval_s, threshold_s, gaps = response_gaps([noon(clock) for clock in clocks])
    # Spans 120, 120, 360, 361 s: the median is 240 s, three of them 720 s.
    assert (interval_s, threshold_s, gaps) == (240.0, 720.0, [])
    _, threshold_s, gaps = response_gaps([noon("12:00"), noon("12:01"), noon("12:02"), noon("12:07:01")])
    assert threshold_s == 300.0
    assert [(gap.began_at, gap.length.total_seconds()) for gap in gaps] == [(noon("12:02"), 301.0)]


def test_the_ledger_gives_outcomes_and_gaps(small_lake: LakeBuilder) -> None:
    polls = [a_poll("12:00"), a_poll("12:01:30", "failed"), a_poll("12:08")]
    small_lake.publish("polls", polls)
    polling = facts_of(small_lake).polling
    assert polling.outcomes == {"landed": 2, "failed": 1}
    assert polling.credits_spent == 8
    (gap,) = polling.ledger_gaps
    assert (gap.missed, gap.reason, gap.length.total_seconds()) == (1, "failed: because failed", 480.0)


def test_without_a_ledger_there_are_no_outcomes(small_lake: LakeBuilder) -> None:
    facts = facts_of(small_lake)
    assert facts.polling.outcomes is None
    assert not facts.polling.has_unpublished_records


def test_series_span_all_days_and_the_rest_is_about_the_chosen_ones(builder: LakeBuilder) -> None:
    other = date(2026, 5, 9)
    publish_day(builder, [a_state()])
    next_day = {"snapshot_at": at("00:00", other), "last_contact_at": at("00:00", other)}
    publish_day(builder, [a_state(icao24="a00001", **next_day)], day=other)
    facts = facts_of(builder, other)
    assert facts.selected == [other]
    assert facts.traffic.totals.rows == 1
    assert len(facts.traffic.snapshots) == 2
    assert total_counts(facts.days).curated == 2


def test_a_day_between_the_selected_ones_is_left_out(builder: LakeBuilder) -> None:
    days = [date(2026, 5, 8), date(2026, 5, 9), date(2026, 5, 10)]
    for number, day in enumerate(days):
        scores = [a_score("validity", "icao24_form", checked=1, failed=number % 2, score=None)]
        rejected = [a_rejected(number, ["icao24_form"], snapshot_at=at("12:00", day))]
        row = a_state(icao24=f"{number:06x}", snapshot_at=at("12:00", day))
        publish_day(builder, [row], day=day, rejected=rejected, scores=scores)
    facts = facts_of(builder, days[0], days[2])
    assert (facts.traffic.totals.aircraft, facts.traffic.altitudes, facts.map.rows) == (2, [Band(340, 2)], 2)
    assert [(reason.rows, [row.row_number for row in reason.examples]) for reason in facts.quality.reasons] == [
        (2, [0, 2])
    ]
    assert facts.quality.overall == 100.0
    assert len(facts.traffic.snapshots) == 3


def test_another_day_neither_rejects_nor_scores_here(small_lake: LakeBuilder) -> None:
    other = date(2026, 5, 9)
    publish_day(small_lake, [a_state(snapshot_at=at("00:00", other))], day=other, quality_score=None)
    quality = facts_of(small_lake, other).quality
    assert (quality.reasons, quality.overall) == ([], None)
    assert quality.trend == [(date(2026, 5, 8), 86.67)]


def test_a_date_without_a_day_names_those_that_there_are(small_lake: LakeBuilder) -> None:
    with pytest.raises(UsageError, match=r"--date 2026-01-01: .*published: 2026-05-08"):
        gather(small_lake.lake, [date(2026, 1, 1)])


def test_a_lake_without_a_day_is_empty(folder_lake: Lake) -> None:
    assert gather(folder_lake) == EmptyLake(folder_lake.address, 0)


def test_thinning_keeps_the_mean() -> None:
    snapshots = [Snapshot(noon(f"12:0{n}"), n, 1) for n in range(5)]
    assert thinned(snapshots, 3) == [
        Snapshot(noon("12:00"), 0.5, 1.0),
        Snapshot(noon("12:02"), 2.5, 1.0),
        Snapshot(noon("12:04"), 4.0, 1.0),
    ]
