"""DuckDB as an engine: builds days of every log in this process, within a limit of memory."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from duckdb_engine.build.evaluate_sql import MACRO
from duckdb_engine.build.memory import database_limit
from duckdb_engine.build.polls_build import build_polls
from duckdb_engine.build.spill import spill_folder
from duckdb_engine.build.states_build import StatesBuild
from flightlake.errors import FlightLakeError, StorageError
from flightlake.lake import Lake
from flightlake.publishing.day_build import DayBuild
from flightlake.publishing.raw_day import RawDay
from flightlake.publishing.registry import POLLS_LOG, LogDefinition


@dataclass(frozen=True)
class DuckDbDayBuilder:
    """Builds days with DuckDB.

    Attributes:
        memory_bytes: what the whole process may use; beyond it rows are spilled to disk.
        temp: folder for spilled rows; None for one beneath the lake, or the system's for a lake in a bucket.
    """

    lake: Lake
    memory_bytes: int
    temp: Path | None = None

    def build(self, definition: LogDefinition, raw: RawDay, folders: dict[str, str]) -> DayBuild:
        """Write the files of one day into new folders and return what they hold; see `DayBuilder`."""
        with self._connection() as (connection, scratch):
            try:
                if definition.name == POLLS_LOG.name:
                    return build_polls(connection, self.lake, raw, folders, scratch)
                return StatesBuild(connection, self.lake, raw, scratch).run(folders)
            except (duckdb.Error, OSError, RuntimeError) as error:
                if _is_interrupt(error):
                    # No day after this one may be built.
                    raise KeyboardInterrupt from error
                if isinstance(error, RuntimeError):
                    raise
                raise self._failure(raw, error) from error

    @contextmanager
    def _connection(self) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
        """Yield a connection and a folder for temporary files; both are gone afterwards."""
        with spill_folder(self._spill_parent()) as scratch:
            config: dict[str, str | bool | int | float | list[str]] = {
                "memory_limit": f"{database_limit(self.memory_bytes) // 1024**2}MiB",
                "temp_directory": str(scratch / "duckdb"),
                "preserve_insertion_order": False,
                "autoinstall_known_extensions": False,
            }
            with duckdb.connect(config=config) as connection:
                connection.execute(f"set timezone = 'UTC'; set enable_progress_bar = false; {MACRO}")
                yield connection, scratch

    def _spill_parent(self) -> Path:
        if self.temp is not None:
            return self.temp
        return self.lake.root if self.lake.root is not None else Path(tempfile.gettempdir())

    def _failure(self, raw: RawDay, error: duckdb.Error | OSError) -> FlightLakeError:
        reason = str(error).splitlines()[0]
        if isinstance(error, duckdb.OutOfMemoryException):
            return StorageError(
                f"{raw.day}: the day needs more memory or more room to spill to than there is ({reason}); "
                "give more with --memory, or name a folder on a larger disk with --temp"
            )
        return StorageError(f"{raw.day}: DuckDB could not build the day: {reason}")


def _is_interrupt(error: Exception) -> bool:
    """Return whether Ctrl-C ended a query: DuckDB turns it into an error of its own."""
    return isinstance(error, duckdb.InterruptException) or str(error) == "Query interrupted"
