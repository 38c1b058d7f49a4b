"""Rejected rows of a day: gathered while it is read, written with the text that was received."""

import json
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import duckdb

from duckdb_engine.build.evaluate_sql import reasons_sql
from duckdb_engine.build.files import DayFolder
from duckdb_engine.build.large_response import can_be_split, pieces
from duckdb_engine.build.raw_files import RawFile, is_large, local_file, remove_copy
from duckdb_engine.build.responses import ROWS
from duckdb_engine.json_rows import json_rows_sql
from flightlake.lake import Lake
from flightlake.layout import ungzipped
from flightlake.opensky.fields import replace_surrogates
from flightlake.opensky.row_texts import row_texts
from flightlake.publishing.raw_day import RawDay

_TEXTS_AT_ONCE = 20_000


@dataclass(frozen=True)
class Quarantine:
    """The rejected rows of a day, in tables of a connection."""

    connection: duckdb.DuckDBPyConnection
    lake: Lake
    raw: RawDay
    scratch: Path

    def create(self) -> None:
        """Create the empty tables."""
        self.connection.execute(
            "create temp table rejected (raw_number integer, row_number integer, icao24 varchar, snapshot_at_s bigint, "
            "reasons varchar[]); create temp table rejected_texts (raw_number integer, row_number integer, "
            "raw_row varchar)"
        )

    def add_batch(self) -> None:
        """Add the rejected rows of the present batch."""
        self.connection.execute(
            f"insert into rejected select raw_number, row_number, icao24, snapshot_at_s, {reasons_sql()} "
            f"from {ROWS} where is_rejected"
        )

    def write(self, folder: DayFolder) -> None:
        """Write the rejected rows as one file, in the order of time, response and row."""
        self._add_texts()
        keys = [(number, info.key) for number, info in enumerate(self.raw.objects)]
        self.connection.execute("create temp table raw_keys (raw_number integer, raw_key varchar)")
        self._insert("raw_keys", {"raw_number": [n for n, _ in keys], "raw_key": [key for _, key in keys]})
        folder.write(
            self.connection,
            0,
            "select icao24, make_timestamptz(snapshot_at_s * 1000000) as snapshot_at, raw_key, row_number, reasons, "
            "raw_row from rejected join rejected_texts using (raw_number, row_number) join raw_keys using (raw_number) "
            "order by snapshot_at, raw_key, row_number",
        )

    def _add_texts(self) -> None:
        numbers = self.connection.execute("select distinct raw_number from rejected order by raw_number").fetchall()
        texts = (text for (number,) in numbers for text in self._texts(number, self._rejected_of(number)))
        while some := list(islice(texts, _TEXTS_AT_ONCE)):
            raw_numbers, row_numbers, raw_rows = map(list, zip(*some, strict=True))
            self._insert("rejected_texts", {"raw_number": raw_numbers, "row_number": row_numbers, "raw_row": raw_rows})

    def _rejected_of(self, number: int) -> list[int]:
        """Return the numbers of a response's rejected rows, in order."""
        places = self.connection.execute(
            "select row_number from rejected where raw_number = ? order by row_number", [number]
        )
        return [place for (place,) in places.fetchall()]

    def _texts(self, number: int, wanted: list[int]) -> Iterator[tuple[int, int, str]]:
        """Yield the number of a response, the number of a wanted row and its text."""
        info = self.raw.objects[number]
        if is_large(info):
            file = local_file(self.lake, number, info, self.scratch)
            if can_be_split(file):
                yield from self._texts_in_pieces(file, wanted)
                return
            remove_copy(file, self.scratch)
        texts = row_texts(ungzipped(self.lake.store.get(info.key)))
        for place in wanted:
            text = texts[place]
            # A row that was sent as a text is that text.
            yield number, place, replace_surrogates(json.loads(text, strict=False)) or "" if text[0] == '"' else text

    def _texts_in_pieces(self, file: RawFile, wanted: list[int]) -> Iterator[tuple[int, int, str]]:
        for piece in pieces(file):
            first, last = (bisect_left(wanted, piece.first_row + count) for count in (0, len(piece.rows)))
            for place in wanted[first:last]:
                yield file.number, place, piece.rows[place - piece.first_row].decode()
        remove_copy(file, self.scratch)

    def _insert(self, table: str, columns: dict[str, list[int] | list[str]]) -> None:
        types = {name: "VARCHAR" if name in ("raw_key", "raw_row") else "INTEGER" for name in columns}
        self.connection.execute(f"insert into {table} {json_rows_sql(types)}", [json.dumps(columns)])
