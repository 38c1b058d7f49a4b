"""Responses in pieces: every row in its place, and what cannot be split is not."""

import gzip
from pathlib import Path

import pytest
from support.vectors import NOON, body, vector

from duckdb_engine.build import large_response, raw_files
from duckdb_engine.build.large_response import can_be_split, pieces, written_piece
from duckdb_engine.build.raw_files import RawFile
from flightlake.opensky.decoder import parse_response
from flightlake.opensky.row_texts import row_texts


def raw_file(tmp_path: Path, text: bytes) -> RawFile:
    path = tmp_path / "response.json.gz"
    path.write_bytes(gzip.compress(text))
    return RawFile(7, path)


@pytest.fixture
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_response, "PIECE_BYTES", 2_000)
    monkeypatch.setattr(large_response, "_READ_BYTES", 700)


@pytest.mark.usefixtures("_small_pieces")
def test_pieces_hold_each_row_once_as_received(tmp_path: Path) -> None:
    whole = body(*(vector(icao24=f"{number:06x}", callsign='a "],[\\"b') for number in range(90)))
    found = list(pieces(raw_file(tmp_path, whole)))
    assert len(found) > 3
    assert [row.decode() for piece in found for row in piece.rows] == row_texts(whole)
    assert [piece.first_row for piece in found] == [
        sum(len(before.rows) for before in found[:number]) for number in range(len(found))
    ]
    first = written_piece(found[1], tmp_path)
    again = parse_response(first.path.read_bytes())
    assert (again.time_s, again.rows[0][0]) == (NOON, f"{found[1].first_row:06x}")


@pytest.mark.usefixtures("_small_pieces")
@pytest.mark.parametrize(
    "text",
    [
        b'{"states": [["a"]], "time": 1}',
        b'{"time": 1, "states": [["a"], null]}',
        b'{"time": 1, "states": [["a"]], "more": 1}',
        b'{"time": 1, "states": [["a"]',
        b'{"time": 1, "states": null}',
    ],
)
def test_what_is_not_written_as_usual_is_left_to_a_reader_of_the_whole(tmp_path: Path, text: bytes) -> None:
    assert not can_be_split(raw_file(tmp_path, text))


def test_a_damaged_gzip_is_not_split(tmp_path: Path) -> None:
    file = raw_file(tmp_path, body(vector()))
    file.path.write_bytes(file.path.read_bytes()[:-9])
    assert not can_be_split(file)


def test_only_large_objects_are_split() -> None:
    assert raw_files.LARGEST_OBJECT_BYTES > large_response.PIECE_BYTES
