"""The folder for spilled rows: gone after a build, an error or a kill."""

import signal
from pathlib import Path

import pytest
from support.processes import start_python

from duckdb_engine.build.spill import spill_folder

HOLD = """
    import pathlib, sys, time
    from duckdb_engine.build.spill import spill_folder
    with spill_folder(pathlib.Path(sys.argv[1])) as folder:
        (folder / "rows").write_text("spilled")
        print(folder, flush=True)
        time.sleep(60)
"""


def failed_build(parent: Path) -> None:
    with spill_folder(parent) as folder:
        (folder / "rows").write_text("spilled")
        (folder / "absent").read_text()


def test_the_folder_is_gone_after_an_error_too(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        failed_build(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_killed_build_s_folder_goes_with_the_next_build_and_a_running_one_s_stays(tmp_path: Path) -> None:
    killed, running = (start_python(HOLD, tmp_path) for _ in range(2))
    try:
        left, held = (
            Path((process.stdout.readline() if process.stdout else "").strip()) for process in (killed, running)
        )
        killed.send_signal(signal.SIGKILL)
        killed.communicate()
        assert left.exists()
        with spill_folder(tmp_path):
            assert not left.exists()
            assert (held / "rows").read_text() == "spilled"
    finally:
        for process in (killed, running):
            process.kill()
            process.communicate()
