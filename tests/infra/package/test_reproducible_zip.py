"""Selection of files for the archives, and archive bytes that depend on the files alone."""

from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import pytest

from infra.package.reproducible_zip import installed_files, project_files, write_archive

PYPROJECT = '[tool.setuptools.package-data]\n"*" = ["*.json", "*.j2"]\n'


def write(root: Path, names: list[str]) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"# {name}")


def test_entries_are_sorted_stored_and_carry_no_time_and_no_mode_of_this_machine(tmp_path: Path) -> None:
    write_archive(tmp_path / "new" / "a.zip", {"b/c.py": b"xxxx", "a.py": b"", "b.py": b"y"})
    with ZipFile(tmp_path / "new" / "a.zip") as archive:
        entries = archive.infolist()
        assert archive.read("b/c.py") == b"xxxx"
    assert [entry.filename for entry in entries] == ["a.py", "b.py", "b/c.py"]
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.compress_type for entry in entries} == {ZIP_STORED}
    assert {(entry.create_system, oct(entry.external_attr >> 16)) for entry in entries} == {(3, "0o100644")}


def test_the_order_in_which_files_are_found_does_not_matter(tmp_path: Path) -> None:
    write_archive(tmp_path / "1.zip", {"a.py": b"1", "b.py": b"2"})
    write_archive(tmp_path / "2.zip", {"b.py": b"2", "a.py": b"1"})
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()


def test_an_archive_that_could_not_be_finished_leaves_the_old_one(tmp_path: Path) -> None:
    target = tmp_path / "a.zip"
    write_archive(target, {"a.py": b"1"})
    before = target.read_bytes()
    with pytest.raises(TypeError):
        write_archive(target, {"a.py": b"2", "b.py": None})  # type: ignore[dict-item]  # fails at the second file
    assert target.read_bytes() == before


def test_a_package_s_modules_and_data_travel_and_nothing_else_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    run = ["package/__init__.py", "package/deep/rules.py", "package/deep/table.json", "package/page.j2"]
    idle = [
        "package/notes.md",
        "package/rules.py.orig",
        "package/__pycache__/rules.cpython-313.pyc",
        "other/__init__.py",
    ]
    write(tmp_path, [*run, *idle])
    assert sorted(project_files(tmp_path, ["package"])) == sorted(run)


def test_of_an_installed_package_travels_what_runs_with_its_licence(tmp_path: Path) -> None:
    run = [
        *("thing/__init__.py", "thing/ca.pem", "thing/data.json", "thing/fast.cpython-313-aarch64-linux-gnu.so"),
        *("thing/bin/tool.py", "single.py", "tests.py"),
        *("thing-1.0.dist-info/METADATA", "thing-1.0.dist-info/LICENSE", "thing-1.0.dist-info/licenses/NOTICE.txt"),
    ]
    idle = [
        *("bin/thing", "thing/tests/test_it.py", "thing/fast.c", "thing/fast.pyi", "thing/py.typed", "thing/page.js"),
        *("thing/__pycache__/single.cpython-311.pyc", "thing-1.0.dist-info/RECORD", "thing-1.0.dist-info/INSTALLER"),
        *("thing-1.0.dist-info/direct_url.json", "thing-1.0.dist-info/REQUESTED", "thing-1.0.dist-info/WHEEL"),
    ]
    write(tmp_path, [*run, *idle])
    assert sorted(installed_files(tmp_path)) == sorted(run)
