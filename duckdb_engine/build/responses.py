"""Decoded rows of a day's responses, batch by batch, in a DuckDB table.

DuckDB reads a batch of responses at once. One response that it cannot read would stop the batch: then each file is read
by itself, and what DuckDB refuses is read by Python's decoder, which decides what a response is. So damage costs the
response that has it, and no more.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from duckdb_engine.build.decode_sql import DECODED, decoded_sql
from duckdb_engine.build.evaluate_sql import rejected_sql
from duckdb_engine.build.large_response import Piece, can_be_split, pieces, written_piece
from duckdb_engine.build.raw_files import LARGEST_OBJECT_BYTES, RawFile, batches, is_large, local_file, remove_copy
from duckdb_engine.json_rows import json_rows_sql
from duckdb_engine.quoting import glob_escaped, quoted_text
from flightlake.errors import InvalidResponseError, ObjectNotFoundError
from flightlake.lake import Lake
from flightlake.layout import ungzipped
from flightlake.opensky.decoder import DECODED_COLUMNS, Response, decode_row, parse_response
from flightlake.publishing.raw_day import RawDay, other_day_reason

ROWS = "decoded_rows"
"""Table of the rows of the present batch: the columns of `DECODED`, and `is_rejected`."""

_NAMES = ", ".join(name for name, _ in DECODED)
_TYPES = {name: kind.upper() for name, kind in DECODED}
_ROWS_AT_ONCE = 50_000


@dataclass
class ResponseReader:
    """Reads the responses of a day.

    Attributes:
        unreadable: reason by raw key, of the responses that gave no rows because they cannot be read.
    """

    connection: duckdb.DuckDBPyConnection
    lake: Lake
    raw: RawDay
    scratch: Path
    unreadable: dict[str, str] = field(default_factory=dict)

    def batches(self) -> Iterator[int]:
        """Fill the table `ROWS` with one batch of responses after the other; yield how many rows each has."""
        columns = ", ".join(f"{name} {kind}" for name, kind in (*DECODED, ("is_rejected", "boolean")))
        for numbers in batches(self.raw.objects):
            self.connection.execute(f"create or replace temp table {ROWS} ({columns})")
            files = self._files([number for number in numbers if not is_large(self.raw.objects[number])])
            self._read_together(files)
            self._remove_copies(files)
            for number in numbers:
                if is_large(self.raw.objects[number]):
                    yield from self._read_large(number)
            yield self._row_count()

    def _files(self, numbers: list[int]) -> list[RawFile]:
        found = []
        for number in numbers:
            info = self.raw.objects[number]
            try:
                found.append(local_file(self.lake, number, info, self.scratch))
            except ObjectNotFoundError as error:
                self.unreadable[info.key] = str(error)
        return found

    def _read_together(self, files: list[RawFile]) -> None:
        """Read files at once, and again one by one where that fails."""
        if not files:
            return
        try:
            self._insert(files)
        except duckdb.OutOfMemoryException:
            raise
        except duckdb.Error:
            if len(files) == 1:
                self._read_carefully(files[0])
                return
            for file in files:
                self._read_together([file])
            return
        sound = self._sound(files)
        if odd := [file for file in files if file not in sound]:
            listed = ", ".join(f"{file.number}" for file in odd)
            self.connection.execute(f"delete from {ROWS} where raw_number in ({listed})")
            for file in odd:
                self._read_carefully(file)

    def _insert(self, files: list[RawFile]) -> None:
        listed = ", ".join(quoted_text(glob_escaped(file.path)) for file in files)
        places = ", ".join(f"({quoted_text(str(file.path))}, {file.number}, {file.first_row})" for file in files)
        vectors = (
            "select raw_number, unnest(states) as s, time as snapshot_at_s, "
            "(first_row + generate_subscripts(states, 1) - 1)::integer as row_number "
            f"from read_json([{listed}], columns = {{time: 'BIGINT', states: 'JSON[][]'}}, filename = true, "
            f"format = 'newline_delimited', maximum_object_size = {LARGEST_OBJECT_BYTES}) "
            f"join (values {places}) as places(filename, raw_number, first_row) using (filename)"
        )
        self.connection.execute(f"insert into {ROWS} select {_NAMES}, {rejected_sql()} from ({decoded_sql(vectors)})")

    def _sound(self, files: list[RawFile]) -> set[RawFile]:
        """Return the files that gave rows of this day, each row once; the others are looked at by Python."""
        start = int(_midnight_s(self.raw.day))
        found = self.connection.execute(
            f"select raw_number from {ROWS} group by raw_number "
            f"having min(snapshot_at_s) = max(snapshot_at_s) and max(snapshot_at_s) >= {start} "
            f"and max(snapshot_at_s) < {start + 86_400} and count(*) = max(row_number) - min(row_number) + 1"
        ).fetchall()
        sound = {number for (number,) in found}
        return {file for file in files if file.number in sound}

    def _read_carefully(self, file: RawFile) -> None:
        key = self.raw.objects[file.number].key
        try:
            response = self._response(file, key)
        except (InvalidResponseError, ObjectNotFoundError) as error:
            self.unreadable[key] = str(error)
            return
        if response.snapshot_at.date() != self.raw.day:
            self.unreadable[key] = other_day_reason(response.snapshot_at)
            return
        for first in range(0, len(response.rows), _ROWS_AT_ONCE):
            self._insert_rows(file, response, first)

    def _response(self, file: RawFile, key: str) -> Response:
        return parse_response(file.path.read_bytes() if file.is_piece else ungzipped(self.lake.store.get(key)))

    def _insert_rows(self, file: RawFile, response: Response, first: int) -> None:
        rows = [decode_row(row) for row in response.rows[first : first + _ROWS_AT_ONCE]]
        values: dict[str, list[Any]] = dict(zip(DECODED_COLUMNS, map(list, zip(*rows, strict=True)), strict=True))
        for name, kind in DECODED:
            if kind == "double":
                values[name] = [None if value is None else float(value) for value in values[name]]
        values["raw_number"] = [file.number] * len(rows)
        values["row_number"] = [file.first_row + first + place for place in range(len(rows))]
        values["snapshot_at_s"] = [response.time_s] * len(rows)
        statement = f"insert into {ROWS} select {_NAMES}, {rejected_sql()} from ({json_rows_sql(_TYPES)})"
        self.connection.execute(statement, [json.dumps({name: values[name] for name, _ in DECODED})])

    def _read_large(self, number: int) -> Iterator[int]:
        """Read a large response in pieces; yield the rows of each."""
        yield self._row_count()
        self.connection.execute(f"delete from {ROWS}")
        for file in self._files([number]):
            if not can_be_split(file):
                # Not written as responses usually are, or damaged: only a reader of the whole can tell.
                self._read_carefully(file)
            else:
                for piece in pieces(file):
                    yield from self._read_piece(piece)
            self._remove_copies([file])

    def _read_piece(self, piece: Piece) -> Iterator[int]:
        self._read_together([written_piece(piece, self.scratch)])
        yield self._row_count()
        self.connection.execute(f"delete from {ROWS}")

    def _remove_copies(self, files: list[RawFile]) -> None:
        for file in files:
            remove_copy(file, self.scratch)

    def _row_count(self) -> int:
        row = self.connection.execute(f"select count(*) from {ROWS}").fetchone()
        return int(row[0]) if row else 0


def _midnight_s(day: date) -> int:
    return (day - date(1970, 1, 1)).days * 86_400
