"""The page in a real browser: from disk, without a network, on a phone and on a desktop, in both themes."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from support.browser import Theme, chromium, running_chromium, visit
from support.lakes import LakeBuilder, a_rejected, a_state, at
from support.report_lakes import publish_day

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(chromium() is None, reason="there is no Chromium on this machine"),
]

QUESTIONS = {
    "width": "document.documentElement.scrollWidth",
    "paper": "getComputedStyle(document.body).backgroundColor",
    "bar": "getComputedStyle(document.querySelector('#altitude svg [fill=\"var(--accent)\"]')).fill",
    "shown": "[...document.querySelectorAll('.drawing')].filter(d => d.offsetWidth > 0).length",
    "cut": "[...document.querySelectorAll('.drawing svg')].filter(s => s.clientWidth > innerWidth).length",
    "chosen": "(document.getElementById('theme-dark').click(), getComputedStyle(document.body).backgroundColor)",
}
# The paper and a bar of the altitude profile: --paper and --accent in style.css.
COLOURS: dict[Theme, tuple[str, str]] = {
    "light": ("rgb(253, 252, 250)", "rgb(11, 92, 158)"),
    "dark": ("rgb(20, 23, 26)", "rgb(108, 178, 240)"),
}


@pytest.fixture(scope="module")
def devtools() -> Iterator[str]:
    with running_chromium() as address:
        yield address


@pytest.fixture
def report(tmp_path: Path, builder: LakeBuilder, page: Callable[[LakeBuilder], str]) -> str:
    rows = [
        a_state(icao24=f"{plane:06x}", snapshot_at=at("12:00") + timedelta(minutes=turn), longitude_deg=8.0 + plane)
        for plane in range(12)
        for turn in range(6)
    ]
    rows.append(a_state(icao24="a00001", origin_country="<script>alert(1)</script>", callsign="<b>"))
    publish_day(builder, rows, rejected=[a_rejected(0, ["icao24_form"], raw_row=f"[{'1234567890' * 40}]")])
    path = tmp_path / "report.html"
    path.write_text(page(builder), encoding="utf-8")
    return path.as_uri()


@pytest.mark.parametrize(("width", "height"), [(390, 844), (320, 640), (1280, 900)])
@pytest.mark.parametrize("theme", COLOURS)
def test_the_page_opens_from_disk(devtools: str, report: str, width: int, height: int, theme: Theme) -> None:
    seen = visit(devtools, report, width=width, height=height, theme=theme, questions=QUESTIONS)
    assert seen.messages == []
    assert seen.requests == [report]
    assert seen.answers["width"] <= width
    assert seen.answers["cut"] == 0
    assert seen.answers["shown"] == 5
    assert (seen.answers["paper"], seen.answers["bar"]) == COLOURS[theme]
    assert seen.answers["chosen"] == COLOURS["dark"][0]
