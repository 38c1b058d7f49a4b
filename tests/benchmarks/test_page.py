"""The published figures are those of all benchmarks that there are, and the page is made from them alone."""

import ast
import json
import re
from dataclasses import asdict
from pathlib import Path

import pytest

from benchmarks import findings
from benchmarks.findings import ROOT, Curve, Finding, Row, from_document, report
from benchmarks.page import PUBLISHED, TEMPLATE, measured, page, picture, picture_name, stored, write

MACHINE = {"cores": "2"}


def a_finding(**changes: object) -> Finding:
    row = Row("a day", "4.0 s", "DuckDB 2.0 s", 2.0, "<= 2.0", is_met=True)
    curve = Curve("Seconds by rows", "million rows", "s", [("ours", 1.0, 2.0), ("ours", 2.0, 4.0)])
    values = {"benchmark": "convert", "command": "x", "measured_on": "2026-11-21", "machine": MACHINE}
    return Finding(**values | {"rows": [row], "curves": [curve], "notes": ["a | b"]} | changes)


def benchmarks() -> set[str]:
    """Return every module that reports what it found."""
    return {
        path.stem
        for path in (ROOT / "benchmarks").glob("*.py")
        if any(
            isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "report"
            for node in ast.walk(ast.parse(path.read_text()))
        )
    }


def test_the_page_has_a_place_for_every_benchmark() -> None:
    text = TEMPLATE.read_text()
    assert {name for name in benchmarks() if f'findings("{name}")' not in text} == set()


def test_every_benchmark_is_run_by_make_bench() -> None:
    run = re.search(r"^BENCHMARKS := (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert run is not None
    assert set(run[1].split()) == benchmarks()


def test_the_page_is_made_from_the_committed_figures() -> None:
    found = stored()
    assert (PUBLISHED / "performance.md").read_text() == page(found)
    wanted = {picture_name(name, curve) for name, finding in found.items() for curve in finding.curves}
    assert {path.name for path in (PUBLISHED / "performance").glob("*.svg")} == wanted


def test_no_figures_are_published_of_a_benchmark_that_is_no_more() -> None:
    assert set(stored()) <= benchmarks()


def test_what_was_found_comes_back_from_json_as_it_was() -> None:
    assert from_document(json.loads(json.dumps(asdict(a_finding())))) == a_finding()


def test_a_page_tells_rows_with_a_target_twice_and_others_once() -> None:
    shown = Row("memory", "1 GB", "", None, "", None)
    text = page({"convert": a_finding(rows=[*a_finding().rows, shown])})
    assert text.count("| a day | 4.0 s | DuckDB 2.0 s | 2.00 | <= 2.0 | yes |") == 2
    assert text.count("| memory | 1 GB |  |  |  |  |") == 1
    assert "Not measured yet: `.venv/bin/python -m benchmarks.growth`." in text


def test_a_bar_in_a_text_breaks_no_table() -> None:
    text = page({"convert": a_finding(rows=[Row("a | b", "1 s", "", None, "", None)])})
    assert r"| a \| b | 1 s |" in text


def test_a_picture_holds_its_titles_and_lies_where_the_page_looks_for_it(tmp_path: Path) -> None:
    write({"convert": a_finding()}, tmp_path)
    drawn = (tmp_path / "performance" / "convert-seconds-by-rows.svg").read_text()
    assert all(text in drawn for text in ("Seconds by rows", "million rows", ">ours<"))
    assert "](performance/convert-seconds-by-rows.svg)" in (tmp_path / "performance.md").read_text()
    assert stored(tmp_path) == {"convert": a_finding()}


def test_a_picture_asks_no_other_host_for_anything() -> None:
    drawn = picture(a_finding().curves[0])
    assert "href" not in drawn.replace('xmlns:xlink="http://www.w3.org/1999/xlink"', "")
    assert "url(http" not in drawn


def test_a_small_trial_never_replaces_what_a_full_run_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(findings, "FOLDER", tmp_path)
    for size, ours in (("full", "4.0 s"), ("small", "0.1 s")):
        monkeypatch.setenv("BENCH_SIZE", size)
        report("convert", [Row("a day", ours, "", None, "", None)], notes=["as [expected]"])
    assert "as [expected]" in capsys.readouterr().out
    assert [row.ours for row in measured(tmp_path)["convert"].rows] == ["4.0 s"]
    assert [row.ours for row in measured(tmp_path / "small")["convert"].rows] == ["0.1 s"]
    assert measured(tmp_path)["convert"].machine["Spark"] == "4.1.1"
