"""What the demo refuses before it starts anything."""

from pathlib import Path

import pytest

from cli.demo import main


def test_a_folder_that_is_no_lake_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "demo-lake" / "letter.txt"
    kept.parent.mkdir()
    kept.write_text("mine")
    assert main([str(tmp_path)]) == 1
    assert kept.read_text() == "mine"
    assert "exists already and is no lake" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("arguments", [("--engine", "flink"), ("--lake", "x")])
def test_an_unknown_engine_or_option_is_wrong_usage(arguments: tuple[str, str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as refused:
        main([str(tmp_path), *arguments])
    assert refused.value.code == 2
    assert list(tmp_path.iterdir()) == []
