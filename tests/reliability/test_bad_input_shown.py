"""Text from outside where people read it: in the report, on a terminal, in a spreadsheet."""

import csv
import io
import json
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from support.commands import flightlake
from support.experiments import Experiment
from support.lakes import DAY, LakeBuilder, a_poll, a_rejected, a_state
from support.report_lakes import publish_day

from cli.commands.convert import _tell
from cli.output import OutputFormat
from duckdb_engine.engine import Engine
from flightlake.commits.record import DayCounts, Unreadable
from flightlake.publishing.day_result import DayResult
from flightlake.publishing.pending import PendingDays
from serving.report.page import report_page
from serving.report.queries import gather

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)

ACTIVE = frozenset(
    ("script", "img", "image", "iframe", "object", "embed", "link", "base", "form", "video", "audio", "animate", "set")
) | {"foreignobject", "use", "template", "math", "x"}
"""Elements that the page has none of."""

MARKUP = (
    *("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><svg onload=alert(1)>', "'><x onclick=alert(1)>"),
    *(
        "</style><script>alert(1)</script>",
        "</title><x>",
        "<!--",
        "]]><x>",
        "{{ 7*7 }}",
        "{% for x in y %}",
        "&lt;x&gt;",
    ),
    *(
        "javascript:alert(1)",
        "</svg><x>",
        "\u202e<x>",
        "<a href='javascript:alert(1)'>x</a>",
        "\0<x>",
        "\uff1cscript\uff1e",
    ),
)


class Page(HTMLParser):
    """Collects what could act: elements, handlers, addresses."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.acting: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.acting += [tag] * (tag in ACTIVE)
        for name, value in attrs:
            scheme = (value or "").strip().lower()
            self.acting += [name] * (name.startswith("on") or scheme.startswith(("javascript:", "data:", "vbscript:")))

    def handle_data(self, data: str) -> None:
        self.text += data


def page_of(root: Path, text: str) -> str:
    """Return the report of a lake in which a text stands wherever somebody outside could put one."""
    builder = LakeBuilder(root)
    rows = [
        a_state(callsign=text, origin_country=text, squawk=text),
        a_state(icao24="a00001", callsign=text[:8], origin_country=text * 3),
    ]
    rejected = [
        a_rejected(0, [text, "icao24_form"], icao24=text, raw_key=text, raw_row=text),
        a_rejected(1, ["icao24_form"], raw_row=json.dumps([text] * 17)),
    ]
    unreadable = (Unreadable(f"raw/states/{text}", text),)
    publish_day(builder, rows, rejected=rejected, unreadable=unreadable, counts=DayCounts(4, 2, 2, 0))
    polls = [
        a_poll("12:00", source=text, raw_key=text),
        a_poll("12:01:30", "failed", reason=text, source=text),
        a_poll("12:03", "skipped_budget", reason=text * 2, source=text),
    ]
    builder.publish("polls", polls)
    return report_page(gather(builder.lake), NOW)


@pytest.mark.slow
def test_markup_from_the_source_is_inert_in_the_report(experiment: Experiment, tmp_path: Path) -> None:
    for number, text in enumerate(MARKUP):
        html = page_of(tmp_path / str(number), text)
        page = Page(html)
        assert page.acting == [], text
        assert "<!-- " not in html.replace(text, "")
        assert text.strip("\0\u202e") in page.text, text
    experiment.found(
        "Can text from the source act where people read it?",
        tried=f"{len(MARKUP)} texts of HTML, SVG and templates as callsign, country, squawk, address, reason, raw row, "
        "file name, poll's reason and source of a reported lake",
        result="The report holds them as text: no element, handler or address comes from them.",
    )


@pytest.mark.parametrize("name", ["<img src=x onerror=alert(1)>", "a & b", "{{ 7*7 }}", "'\"`", "ü [*]?"])
def test_the_name_of_the_lakes_folder_is_inert_too(tmp_path: Path, name: str) -> None:
    builder = LakeBuilder(tmp_path / name)
    page = Page(report_page(gather(builder.lake), NOW))
    assert page.acting == []
    publish_day(builder, [a_state()])
    assert Page(report_page(gather(builder.lake), NOW)).acting == []


def test_a_hostile_callsign_reaches_a_spreadsheet_as_text(tmp_path: Path) -> None:
    builder = LakeBuilder(tmp_path / "lake")
    texts = ["=1+1", "@SUM(A1)", "+A1*9", "-A1-9", "\t=A1", "DLH9LF", "-5", "a\rb"]
    builder.publish("states", [a_state(icao24=f"{number:06x}", callsign=text) for number, text in enumerate(texts)])
    sql = "select callsign, -1 * baro_altitude_m as depth from states order by icao24"
    status, output, errors = flightlake("query", "--lake", builder.root, sql, "--format", "csv")
    assert (status, errors) == (0, "")
    rows = list(csv.reader(io.StringIO(output, newline="")))[1:]
    expected = ["'=1+1", "'@SUM(A1)", "'+A1*9", "'-A1-9", "'\t=A1", "DLH9LF", "-5"]
    assert [row[0] for row in rows][:7] == expected
    assert {row[1] for row in rows} == {"-10668.0"}
    with Engine(builder.lake) as engine:
        assert [row[0] for row in engine.query(sql).rows] == texts


def test_the_choice_is_told_where_the_format_is_chosen() -> None:
    status, output, _ = flightlake("query", "--help", environment={"COLUMNS": "300", "TERM": "dumb"})
    assert status == 0
    assert (
        "in csv a text that a spreadsheet would run as a formula has an apostrophe" in " ".join(output.split()).lower()
    )


def test_a_reason_is_told_as_it_is_whatever_it_holds(capsys: pytest.CaptureFixture[str]) -> None:
    unreadable = tuple(Unreadable(f"raw/{text}", text) for text in ("[/x] [bold]y", "a\x1b[2Jb", "[link=x]"))
    result = DayResult(DAY, None, 3, None, None, published=False, unreadable=unreadable)
    _tell([result], [], PendingDays(), OutputFormat.TABLE)
    assert capsys.readouterr().err.splitlines() == [
        "left out: raw/[/x] [bold]y: [/x] [bold]y",
        "left out: raw/a␛[2Jb: a␛[2Jb",
        "left out: raw/[link=x]: [link=x]",
    ]
