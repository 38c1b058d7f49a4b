"""Several writers and deleters in one folder at once: one wins, and nobody is disturbed."""

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from threading import Barrier

import pytest
from support.processes import finished, start_python

from flightlake.errors import StorageError
from flightlake.storage.folder import FolderStore


def test_of_many_processes_that_write_one_key_one_wins(tmp_path: Path) -> None:
    script = """
        import pathlib, sys, time
        from flightlake.storage.folder import FolderStore
        root, name = pathlib.Path(sys.argv[1]), sys.argv[2]
        print("ready", flush=True)
        while not (root / "go").exists():
            time.sleep(0.001)
        for number in range(60):
            if FolderStore(root).put_if_absent(f"raw/{number // 10}/{number}", name.encode() * 5000):
                print(number)
    """
    writers = [start_python(script, tmp_path, name) for name in "abcd"]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    (tmp_path / "go").touch()
    results = finished(writers)
    assert [(status, errors) for status, _, errors in results] == [(0, "")] * 4
    won = {int(number): name for name, (_, output, _) in zip("abcd", results, strict=True) for number in output.split()}
    assert sum(len(output.split()) for _, output, _ in results) == 60
    for number in range(60):
        assert FolderStore(tmp_path).get(f"raw/{number // 10}/{number}") == won[number].encode() * 5000


def test_of_many_threads_that_write_one_key_one_wins(tmp_path: Path) -> None:
    store, together = FolderStore(tmp_path), Barrier(6)

    def wins(number: int) -> list[bool]:
        won = []
        for key in range(40):
            together.wait(timeout=30)
            won.append(store.put_if_absent(f"raw/{key}", f"{number}".encode()))
        return won

    with ThreadPoolExecutor(6) as writers:
        won_by_writer = list(writers.map(wins, range(6)))
    for key, won in enumerate(zip(*won_by_writer, strict=True)):
        assert won.count(True) == 1
        assert store.get(f"raw/{key}") == f"{won.index(True)}".encode()


@pytest.mark.parametrize(("times", "written"), [(9, True), (10, False)])
def test_a_folder_that_vanishes_under_its_writer_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int, written: bool
) -> None:
    """The writer syncs the parent of the folder it has just made: there another process may remove it."""
    removed: list[int] = []
    fsync = os.fsync

    def remove_then_sync(descriptor: int) -> None:
        if len(removed) < times:
            (tmp_path / "raw").rmdir()
            removed.append(descriptor)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", remove_then_sync)
    store = FolderStore(tmp_path)
    with nullcontext() if written else pytest.raises(StorageError, match=r"cannot write .*/raw/a: no such file"):
        assert store.put_if_absent("raw/a", b"{}") is True
    assert [found.key for found in store.list("")] == (["raw/a"] if written else [])
    assert len(removed) == times


def test_a_writer_and_a_deleter_of_the_same_folder_do_not_disturb_each_other(tmp_path: Path) -> None:
    script = """
        import pathlib, sys
        from flightlake.storage.folder import FolderStore
        store, name = FolderStore(pathlib.Path(sys.argv[1])), sys.argv[2]
        for number in range(150):
            assert store.put_if_absent(f"a/b/c/{name}", b"x")
            list(store.list(""))
            store.delete([f"a/b/c/{name}"])
    """
    results = finished([start_python(script, tmp_path, name) for name in "ab"])
    assert [(status, errors) for status, _, errors in results] == [(0, "")] * 2
    assert list(FolderStore(tmp_path).list("")) == []
