"""What a folder can do to a lake that a bucket cannot: crash half-way, fill up, refuse, race."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.processes import ROOT, no_permission, run_python

from flightlake.errors import ObjectNotFoundError, StorageError
from flightlake.storage.folder import FolderStore


def files_under(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_an_object_is_one_file_of_exactly_its_bytes(tmp_path: Path) -> None:
    FolderStore(tmp_path).put_if_absent("raw/a.json", b"{}")
    assert files_under(tmp_path) == ["raw/a.json"]
    assert (tmp_path / "raw/a.json").read_bytes() == b"{}"


def test_an_address_is_the_absolute_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert FolderStore(Path("lake")).uri("raw/a.json") == f"{tmp_path}/lake/raw/a.json"
    assert FolderStore(Path("lake")).uri("raw/") == f"{tmp_path}/lake/raw/"


def test_a_writer_that_is_killed_before_the_last_step_leaves_no_object(tmp_path: Path) -> None:
    status, _, _ = run_python(
        """
        import os, pathlib, signal, sys
        from flightlake.storage.folder import FolderStore
        sys.addaudithook(lambda event, _: os.kill(os.getpid(), signal.SIGKILL) if event == "os.link" else None)
        FolderStore(pathlib.Path(sys.argv[1])).put_if_absent("raw/a.json", b"x" * 100_000)
        """,
        tmp_path,
    )
    store = FolderStore(tmp_path)
    assert status == -signal.SIGKILL
    assert len(files_under(tmp_path)) == 1, "the hidden file that the writer could not remove"
    assert list(store.list("")) == []
    with pytest.raises(ObjectNotFoundError):
        store.get("raw/a.json")
    assert store.put_if_absent("raw/a.json", b"whole") is True


def test_bytes_and_name_are_on_the_disk_before_the_writer_says_so(tmp_path: Path) -> None:
    """Of the system calls only their order tells: data synced, then linked, then the folder synced."""
    _, output, _ = run_python(
        """
        import os, pathlib, stat, sys
        from flightlake.storage.folder import FolderStore
        fsync = os.fsync
        def told(descriptor):
            print("sync folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "sync file")
            fsync(descriptor)
        os.fsync = told
        (pathlib.Path(sys.argv[1]) / "raw").mkdir()
        sys.addaudithook(lambda event, _: print("link") if event == "os.link" else None)
        FolderStore(pathlib.Path(sys.argv[1])).put_if_absent("raw/a.json", b"{}")
        """,
        tmp_path,
    )
    assert output.splitlines() == ["sync file", "link", "sync folder"]


def test_a_file_that_outgrows_the_limit_leaves_nothing_and_says_what_to_do(tmp_path: Path) -> None:
    status, output, errors = run_python(
        """
        import pathlib, resource, sys
        from flightlake.storage.folder import FolderStore
        from flightlake.errors import StorageError
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        try:
            FolderStore(pathlib.Path(sys.argv[1])).put_if_absent("raw/a.json", b"x" * 1001)
        except StorageError as error:
            print(error)
        """,
        tmp_path,
    )
    assert (status, errors) == (0, "")
    assert output.startswith(f"cannot write {tmp_path}/raw/a.json: file too large; raise the limit")
    assert files_under(tmp_path) == []


def test_a_full_disk_leaves_nothing_and_says_what_to_do(tmp_path: Path) -> None:
    script = """
        import os, pathlib, sys
        from flightlake.storage.folder import FolderStore
        from flightlake.errors import StorageError
        store = FolderStore(pathlib.Path(sys.argv[1]))
        print(store.put_if_absent("raw/small", b"x" * 1000))
        try:
            store.put_if_absent("raw/large", os.urandom(200_000))
        except StorageError as error:
            print(error)
        print([found.key for found in store.list("")], os.listdir(f"{sys.argv[1]}/raw"))
        print(store.put_if_absent("raw/other", b"x" * 1000))
    """
    lines = [line[8:] for line in script.splitlines()]
    full_disk = f"mount -t tmpfs -o size=128k none '{tmp_path}' && exec '{sys.executable}' -c \"$0\" '{tmp_path}'"
    result = subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", full_disk, "\n".join(lines)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if "unshare" in result.stderr or "mount" in result.stderr:
        pytest.skip(f"this machine lets no test mount a small disk: {result.stderr.strip()}")
    refusal = (
        f"cannot write {tmp_path}/raw/large: no space left on device; free some space or move the lake to a larger "
        "disk, then run it again (nothing was half written)"
    )
    assert result.stdout.splitlines() == ["True", refusal, "['raw/small'] ['small']", "True"]


def test_a_folder_that_refuses_access_is_named(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "lake")
    store.put_if_absent("raw/a.json", b"{}")
    with no_permission(tmp_path / "lake"):
        for attempt in (
            lambda: store.put_if_absent("raw/b.json", b"{}"),
            lambda: store.get("raw/a.json"),
            lambda: list(store.list("")),
            lambda: store.delete(["raw/a.json"]),
        ):
            with pytest.raises(StorageError, match=f"cannot .* {tmp_path}/lake.*: permission denied; ask the owner"):
                attempt()
    assert store.get("raw/a.json") == b"{}"


def test_a_name_that_is_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="file name too long; choose a folder with a shorter path"):
        FolderStore(tmp_path).put_if_absent("a" * 300, b"{}")
    assert files_under(tmp_path) == []


def test_a_file_where_a_folder_is_needed_is_refused(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.put_if_absent("raw", b"{}")
    with pytest.raises(StorageError, match=r"raw/a.json: .*; a file stands where a folder is needed"):
        store.put_if_absent("raw/a.json", b"{}")
    with pytest.raises(StorageError, match=r"raw/states/a.json: .*; a file stands where a folder is needed"):
        store.put_if_absent("raw/states/a.json", b"{}")


def test_a_folder_where_an_object_should_lie_is_refused_not_taken_for_it(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.put_if_absent("raw/a.json", b"{}")
    with pytest.raises(StorageError, match=r"a folder of other objects has this name"):
        store.put_if_absent("raw", b"{}")


def test_hidden_files_are_no_objects(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.put_if_absent("raw/a.json", b"{}")
    (tmp_path / "raw/.incoming-left-behind").write_bytes(b"half")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/config").touch()
    (tmp_path / "raw/dangling").symlink_to("nowhere")
    assert [found.key for found in store.list("")] == ["raw/a.json"]


def test_deleting_removes_the_folders_that_it_empties_and_hadoop_s_checksums(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.put_if_absent("curated/commit=a/part-0.parquet", b"PAR1")
    store.put_if_absent("curated/commit=b/part-0.parquet", b"PAR1")
    (tmp_path / "curated/commit=a/.part-0.parquet.crc").write_bytes(b"crc")
    store.delete(["curated/commit=a/part-0.parquet"])
    assert sorted(path.name for path in (tmp_path / "curated").iterdir()) == ["commit=b"]
    store.delete(["curated/commit=b/part-0.parquet"])
    assert tmp_path.is_dir()
    assert list(tmp_path.iterdir()) == []


def test_what_killed_writers_left_is_found_and_can_go(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.put_if_absent("curated/a/part.parquet", b"12345")
    (tmp_path / "curated/a/.part.parquet.crc").write_bytes(b"of a file that is there")
    for name in ("curated/a/.incoming-0123", "curated/b/c/.part-1.parquet.crc", ".incoming-4567"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"123")
    (tmp_path / "curated/d/e").mkdir(parents=True)
    left = list(store.list_incomplete())
    assert sorted((info.key, info.size_bytes) for info in left if info.key != "curated/d/e") == [
        (".incoming-4567", 3),
        ("curated/a/.incoming-0123", 3),
        ("curated/b/c/.part-1.parquet.crc", 3),
    ]
    assert "curated/d/e" in {info.key for info in left}, "an empty folder"
    for info in left:
        store.remove_incomplete(info)
        store.remove_incomplete(info)
    assert list(store.list_incomplete()) == []
    assert sorted(path.name for path in tmp_path.rglob("*")) == [".part.parquet.crc", "a", "curated", "part.parquet"]
