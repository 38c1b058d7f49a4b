"""`flightlake report`: the file that it writes, what it says, and exit codes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support.lakes import LakeBuilder, a_state
from support.report_lakes import publish_day


@pytest.fixture
def lake(tmp_path: Path) -> str:
    builder = LakeBuilder(tmp_path / "lake")
    publish_day(builder, [a_state()])
    return str(builder.root)


def report(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from cli.app import main; main()", "report", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_json_tells_place_days_and_size(lake: str, tmp_path: Path) -> None:
    out = tmp_path / "r.html"
    result = report("--lake", lake, "--out", str(out), "--format", "json")
    assert (result.returncode, result.stderr) == (0, "")
    assert json.loads(result.stdout) == {"report": str(out), "days": ["2026-05-08"], "bytes": out.stat().st_size}
    assert out.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_day_that_is_not_there_is_wrong_usage_and_writes_nothing(lake: str, tmp_path: Path) -> None:
    result = report("--lake", lake, "--out", str(tmp_path / "r.html"), "--date", "2026-05-09")
    assert result.returncode == 2
    assert "--date 2026-05-09" in result.stderr
    assert "2026-05-08" in result.stderr
    assert not (tmp_path / "r.html").exists()


def test_a_place_without_a_folder_is_wrong_usage(lake: str, tmp_path: Path) -> None:
    result = report("--lake", lake, "--out", str(tmp_path / "nowhere" / "r.html"))
    assert result.returncode == 2
    assert "nowhere" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_empty_lake_gets_a_report_too(tmp_path: Path) -> None:
    empty = LakeBuilder(tmp_path / "empty")
    out = tmp_path / "r.html"
    result = report("--lake", str(empty.root), "--out", str(out), "--format", "json")
    assert json.loads(result.stdout)["days"] == []
    assert "Nothing is published" in out.read_text(encoding="utf-8")


def test_what_is_no_lake_is_told_as_such(tmp_path: Path) -> None:
    result = report("--lake", str(tmp_path / "absent"), "--out", str(tmp_path / "r.html"))
    assert result.returncode == 1
    assert "is not a lake" in result.stderr
