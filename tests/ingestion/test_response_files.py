import os
import random
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from support.polling import a_body
from support.processes import no_permission

from flightlake.errors import InvalidResponseError
from flightlake.layout import gzipped
from ingestion.gzip_reader import ungzip
from ingestion.response_files import find_files, read_body

BODY = a_body()


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("name", ["a.json", "a.json.gz", "no-suffix"])
@pytest.mark.parametrize("stored", [BODY, gzipped(BODY)])
def test_a_body_is_told_by_its_content_not_by_its_name(tmp_path: Path, name: str, stored: bytes) -> None:
    assert read_body(written(tmp_path / name, stored)) == BODY


def test_gzips_may_have_several_members_and_padding(tmp_path: Path) -> None:
    stored = gzipped(BODY[:10]) + gzipped(b"") + b"\0\0" + gzipped(BODY[10:]) + b"\0" * 512
    assert read_body(written(tmp_path / "a", stored)) == BODY


@pytest.mark.parametrize(
    ("stored", "reason"),
    [
        (b"", "is empty"),
        (gzipped(b""), "is empty"),
        (gzipped(BODY)[:-1], "cut off"),
        (gzipped(BODY)[:30], "cut off"),
        (b"\x1f\x8b", "cut off"),
        (gzipped(BODY) + b"rubbish", "broken gzip"),
        (gzipped(BODY)[:20] + b"?" + gzipped(BODY)[21:], "broken gzip"),
    ],
)
def test_a_damaged_file_is_refused_with_its_reason(tmp_path: Path, stored: bytes, reason: str) -> None:
    with pytest.raises(InvalidResponseError, match=reason):
        read_body(written(tmp_path / "a", stored))


def test_a_gzip_cut_anywhere_is_noticed(tmp_path: Path) -> None:
    whole = gzipped(random.Random(1).randbytes(300))
    for length in range(2, len(whole)):
        with pytest.raises(InvalidResponseError, match="cut off"):
            ungzip(whole[:length], limit_bytes=1_000)


def test_what_unpacks_beyond_the_limit_is_refused_before_it_fills_memory(tmp_path: Path) -> None:
    bomb = written(tmp_path / "bomb", gzipped(b"\0" * 10_000_000))
    with pytest.raises(InvalidResponseError, match="larger than 1,000,000 bytes unpacked"):
        read_body(bomb, limit_bytes=1_000_000)
    many_members = gzipped(b"\0" * 600) * 2
    assert len(ungzip(many_members, limit_bytes=1_000)) == 1_001


def test_the_limit_itself_is_allowed(tmp_path: Path) -> None:
    assert len(read_body(written(tmp_path / "a", gzipped(b"x" * 100)), limit_bytes=100)) == 100
    assert len(read_body(written(tmp_path / "b", b"x" * 100), limit_bytes=100)) == 100
    with pytest.raises(InvalidResponseError, match="larger"):
        read_body(written(tmp_path / "c", b"x" * 101), limit_bytes=100)


def test_folders_pipes_and_missing_files_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, reason in [
        (tmp_path, "is a folder"),
        (tmp_path / "pipe", "no regular file"),
        (tmp_path / "nothing", "cannot be read: No such file"),
        (Path("a\0b"), "cannot be read"),
    ]:
        with pytest.raises(InvalidResponseError, match=reason):
            read_body(path)


def test_folders_are_searched_in_the_order_of_paths(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("b/2.json", "b/1.json.gz", "a.json", "notes.txt", "c.gz"):
        written(tmp_path / name, BODY)
    troubles: list[tuple[Path, str]] = []
    named = tmp_path / "notes.txt"
    found = find_files([named, tmp_path], on_trouble=lambda path, why: troubles.append((path, why)))
    assert [path.relative_to(tmp_path).as_posix() for path in found] == [
        "notes.txt",
        "a.json",
        "b/1.json.gz",
        "b/2.json",
    ]
    assert troubles == []


def test_folders_without_responses_or_permission_are_told() -> None:
    with TemporaryDirectory() as folder:  # pytest's own folders are closed to the user that `no_permission` becomes
        root = Path(folder)
        root.chmod(0o755)
        (root / "empty").mkdir()
        (root / "half" / "closed").mkdir(parents=True)
        written(root / "half" / "a.json", BODY)
        written(root / "half" / "closed" / "b.json", BODY)
        troubles: dict[str, str] = {}
        places = [root / "empty", root / "half", root / "half" / "closed" / "b.json"]
        with no_permission(root / "half" / "closed"):
            found = list(find_files(places, on_trouble=lambda path, why: troubles.update({path.name: why})))
            with pytest.raises(InvalidResponseError, match="cannot be read: Permission denied"):
                read_body(found[-1])
    assert [path.name for path in found] == ["a.json", "b.json"]
    assert troubles == {
        "empty": "is a folder without .json or .json.gz files",
        "closed": "cannot be listed: Permission denied",
    }
