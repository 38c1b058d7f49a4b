"""Rejected rows of a day: gathered while it is read, written with the text that was received."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from duckdb_engine.build.evaluate_sql import reasons_sql
from duckdb_engine.build.files import DayFolder
from duckdb_engine.build.large_response import can_be_split, pieces
from duckdb_engine.build.raw_files import local_file, remove_copy
from duckdb_engine.build.responses import ROWS
from duckdb_engine.json_rows import json_rows_sql
from flightlake.lake import Lake
from flightlake.layout import ungzipped
from flightlake.opensky.decoder import parse_response
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
        for (number,) in numbers:
            places = self.connection.execute("select row_number from rejected where raw_number = ?", [number])
            wanted = {row_number for (row_number,) in places.fetchall()}
            texts: list[tuple[int, str]] = []
            for row_number, text in self._texts(number):
                if row_number in wanted:
                    texts.append((row_number, text))
                if len(texts) >= _TEXTS_AT_ONCE:
                    self._insert_texts(number, texts)
                    texts = []
            self._insert_texts(number, texts)

    def _texts(self, number: int) -> Iterator[tuple[int, str]]:
        """Yield the number and the text of each row of a response."""
        info = self.raw.objects[number]
        file = local_file(self.lake, number, info, self.scratch)
        if can_be_split(file):
            # Found by their brackets, in a tenth of the time that a JSON parser takes.
            for piece in pieces(file):
                for place, row in enumerate(piece.rows):
                    yield piece.first_row + place, row.decode()
            remove_copy(file, self.scratch)
            return
        remove_copy(file, self.scratch)
        body = ungzipped(self.lake.store.get(info.key))
        rows = parse_response(body).rows
        for place, text in enumerate(row_texts(body)):
            row = rows[place]
            # A row that was sent as a text is that text.
            yield place, replace_surrogates(row) or "" if isinstance(row, str) else text

    def _insert_texts(self, number: int, texts: list[tuple[int, str]]) -> None:
        if texts:
            self._insert(
                "rejected_texts",
                {
                    "raw_number": [number] * len(texts),
                    "row_number": [place for place, _ in texts],
                    "raw_row": [text for _, text in texts],
                },
            )

    def _insert(self, table: str, columns: dict[str, list[int] | list[str]]) -> None:
        types = {name: "VARCHAR" if name in ("raw_key", "raw_row") else "INTEGER" for name in columns}
        self.connection.execute(f"insert into {table} {json_rows_sql(types)}", [json.dumps(columns)])
