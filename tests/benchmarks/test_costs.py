"""What converting costs on Glue, reckoned by hand for a machine of round numbers."""

import pytest

from benchmarks.costs import (
    DAY_ROWS,
    LICENSED_DAY_ROWS,
    Estimate,
    Measured,
    asked,
    estimate,
    from_growth,
    usd_per_billion,
    within,
)
from benchmarks.findings import Curve, Finding
from benchmarks.growth import BY_SPARK, OURS
from infra.plan.prices import Price

HERE = Measured(rows=4_000_000, seconds=100, cores=2)
"""20,000 rows a second and core."""

DPU_HOUR = Price(0.36, "DPU-h")


def test_two_workers_convert_on_the_four_processors_of_one() -> None:
    # 7 M rows at 4 x 20,000 a second: 87.5 s, and 90 s for the start.
    assert estimate(DAY_ROWS, HERE, workers=2) == Estimate(2, 177.5)


def test_each_worker_is_billed_a_dpu_for_all_seconds() -> None:
    # 2 DPU x 0.05 h x 0.36 USD.
    assert Estimate(2, 180).usd(DPU_HOUR) == pytest.approx(0.036)


def test_workers_are_added_until_a_day_is_through_in_time() -> None:
    # 130 M rows at 80,000 a second and worker: 1,625 s of one. Two are through in 812.5 s and 90 s: 2.5 s too late.
    assert within(LICENSED_DAY_ROWS, HERE, wanted_s=900).workers == 4
    assert within(LICENSED_DAY_ROWS, HERE, wanted_s=903).workers == 3


def test_where_no_number_of_workers_is_enough_it_is_the_most() -> None:
    assert within(LICENSED_DAY_ROWS, HERE, wanted_s=1).workers == 299


def test_a_core_takes_longer_for_a_larger_share_by_the_exponent() -> None:
    quadratic = Measured(rows=4_000_000, seconds=100, cores=2, exponent=2)
    assert quadratic.seconds_of(4_000_000, cores=2) == 100
    assert quadratic.seconds_of(8_000_000, cores=2) == 400
    assert quadratic.seconds_of(8_000_000, cores=4) == 100


def test_a_billion_rows_are_so_many_licensed_days() -> None:
    # Four workers: 1,625 / 3 s and 90 s are 631.67 s; 4 x 631.67 / 3600 x 0.36 USD for 0.13 billion rows.
    assert usd_per_billion(HERE, DPU_HOUR) == pytest.approx(4 * 631.6667 / 3600 * 0.36 / 0.13, rel=1e-6)


def test_no_job_is_billed_less_than_a_minute() -> None:
    assert estimate(1, HERE, workers=2).seconds >= 60


def test_costs_follow_from_sparks_days_in_growth_without_the_start() -> None:
    points = [(BY_SPARK, 16.0, 50.0), (BY_SPARK, 0.5, 12.0), (BY_SPARK, 4.0, 20.0), (OURS, 0.1, 1.0), (OURS, 32.0, 9.0)]
    curve = Curve("Seconds to convert a day, from start", "million rows", "seconds", points)
    found = Finding("growth", "command", "2026-11-21", {"cores": "2"}, [], [curve])
    assert from_growth(found) == Measured(rows=15_500_000, seconds=38, cores=2)


def test_half_a_measurement_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        asked(["--rows", "1000"])
    assert "give --rows, --seconds and --cores" in capsys.readouterr().err
    assert asked(["--rows", "10", "--seconds", "2", "--cores", "4"]) == Measured(10, 2, 4)
