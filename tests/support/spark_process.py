"""A process that keeps Spark running over one lake and converts what is pending, once per line that it is sent."""

import json
import logging
import sys
from typing import Any

from cli.spark.local_session import session_starter
from flightlake.clock import SystemClock
from flightlake.errors import FlightLakeError
from flightlake.publishing.publisher import Publisher
from flightlake.publishing.registry import STATES_LOG
from flightlake.storage.open_lake import open_lake
from glue_jobs.build.day_builder import SparkDayBuilder

IMPATIENT = {"fs.s3a.retry.limit": "1", "fs.s3a.attempts.maximum": "1"}
"""S3A would bridge an outage of minutes; what is to be seen is what comes of a conversion that fails."""


def main(address: str) -> None:
    """Convert the lake at the address whenever a line comes, and answer with a line of JSON."""
    logging.disable()
    lake = open_lake(address)
    spark = session_starter(lake)()
    # Days of a few rows: their work split over 200 tasks would only be slow.
    spark.conf.set("spark.sql.shuffle.partitions", "2")
    hadoop = spark.sparkContext._jsc.hadoopConfiguration()
    for name, value in IMPATIENT.items():
        hadoop.set(name, value)
    conversion = Publisher(
        STATES_LOG, SparkDayBuilder(lambda: spark, lake.store), lake.store, lake.catalog, SystemClock()
    )
    for _ in sys.stdin:
        sys.stdout.write(f"{json.dumps(_converted(conversion))}\n")
        sys.stdout.flush()


def _converted(conversion: Publisher) -> dict[str, Any]:
    try:
        results = list(conversion.run(conversion.pending_days()))
    except FlightLakeError as error:
        return {"published": 0, "error": str(error)}
    failed = [result.reason for result in results if result.failed]
    return {"published": sum(result.published for result in results), "error": failed[0] if failed else None}


if __name__ == "__main__":
    main(sys.argv[1])
