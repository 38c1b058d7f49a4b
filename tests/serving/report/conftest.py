"""Lakes for tests of the report, made by hand."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.lakes import LakeBuilder, a_rejected, a_score, a_state, at
from support.report_lakes import publish_day

from serving.report.page import report_page
from serving.report.queries import gather

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@pytest.fixture
def builder(tmp_path: Path) -> LakeBuilder:
    """An empty lake."""
    return LakeBuilder(tmp_path / "lake")


@pytest.fixture
def page() -> Callable[[LakeBuilder], str]:
    """Makes the report of a lake, at a fixed time."""
    return lambda builder: report_page(gather(builder.lake), NOW)


@pytest.fixture
def small_lake(builder: LakeBuilder) -> LakeBuilder:
    """Two responses of one day, three aircraft, one rejected row, counted by two rules."""
    keys = tuple(builder.land(at(clock), b'{"time": 1, "states": []}') for clock in ("12:00", "12:01:30"))
    publish_day(
        builder,
        [
            a_state(snapshot_at=at("12:00")),
            a_state(icao24="4ca7b6", callsign="RYR12", origin_country="Ireland", on_ground=True, baro_altitude_m=None),
            a_state(snapshot_at=at("12:01:30"), longitude_deg=8.75),
            a_state(snapshot_at=at("12:01:30"), icao24="a00001", callsign=None, origin_country="Germany", squawk=None),
        ],
        rejected=[a_rejected(4, ["icao24_form", "position_half"])],
        scores=[
            a_score("validity", "icao24_form", checked=5, failed=1, score=80.0),
            a_score("completeness", "callsign_missing", checked=5, failed=1, score=80.0),
            a_score("accuracy", "ground_speed_impossible", checked=5, failed=0, score=100.0),
            a_score(None, None, checked=15, failed=2, score=86.67),
        ],
        raw_keys=keys,
        quality_score=86.67,
    )
    return builder
