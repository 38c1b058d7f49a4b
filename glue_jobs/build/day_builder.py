"""Day builder of Spark: one session for the days of all logs, started when the first day needs it."""

from collections.abc import Callable
from dataclasses import dataclass

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from flightlake.errors import StorageError
from flightlake.ports import ObjectStore
from flightlake.publishing.day_build import DayBuild
from flightlake.publishing.raw_day import RawDay
from flightlake.publishing.registry import POLLS_LOG, STATES_LOG, LogDefinition
from glue_jobs.build.polls_build import build_polls
from glue_jobs.build.states_build import build_states
from glue_jobs.spark_errors import reason_of

_BUILDS = {STATES_LOG.name: build_states, POLLS_LOG.name: build_polls}


@dataclass(frozen=True)
class SparkDayBuilder:
    """Builds days with Spark.

    Attributes:
        session: returns the session; called once for each day.
        store: store of the raw objects and of the new folders.
    """

    session: Callable[[], SparkSession]
    store: ObjectStore

    def build(self, definition: LogDefinition, raw: RawDay, folders: dict[str, str]) -> DayBuild:
        """Write the files of one day into new folders and return their counts; see `DayBuilder`."""
        try:
            return _BUILDS[definition.name](self.session(), self.store, raw, folders)
        except (PySparkException, Py4JError) as error:
            raise StorageError(f"{raw.day}: Spark could not build the day: {reason_of(error)}") from error
