"""The verify job: recounts published days from raw, apart from the conversion, and names every difference.

spark-submit glue_jobs/jobs/verify_states.py --lake DIR [--date YYYY-MM-DD] [--days N]

On Glue also --database and --service: the lake's tables, and the name under which metrics are sent.
"""

import logging
import sys
from collections.abc import Sequence
from pathlib import Path

if __name__ == "__main__":
    # spark-submit puts only this file's folder on the path; on Glue the packages come by --extra-py-files.
    sys.path.append(str(Path(__file__).resolve().parents[2]))

from flightlake.commits.log import CommitLog
from flightlake.errors import FlightLakeError, StorageError, UsageError
from flightlake.schema.tables.registry import CURATED_TABLES
from flightlake.schema.tables.states import STATES
from flightlake.storage.cloudwatch import send_metrics
from flightlake.storage.open_lake import open_lake
from glue_jobs.jobs.metrics import verification_metrics
from glue_jobs.jobs.options import VerifyOptions
from glue_jobs.session import spark_session
from glue_jobs.verify.verify_day import DayVerdict, verify_day

logger = logging.getLogger("flightlake.verify_states")


def main(argv: Sequence[str]) -> int:
    """Recount what the arguments ask for and return the exit status: 0 all adds up, 1 a day differs, 2 wrong usage."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr)
    try:
        options = VerifyOptions.from_argv(argv)
        verdicts = verify(options)
    except FlightLakeError as error:
        logger.error("%s", error)  # noqa: TRY400  the text says what to do; a traceback would not
        return 2 if isinstance(error, UsageError) else 1
    for verdict in verdicts:
        for difference in verdict.differences:
            logger.error("%s: %s", verdict.day, difference)
        said = "differs" if verdict.differences else "adds up"
        logger.info("day %s, commit %s: %s: %s", verdict.day, verdict.commit, said, verdict.recounted)
    if not verdicts:
        logger.info("nothing is published yet: there is nothing to recount")
    differing = sum(bool(verdict.differences) for verdict in verdicts)
    if options.service:
        send_metrics(options.service, verification_metrics(verified=len(verdicts), differing=differing))
    return 1 if differing else 0


def verify(options: VerifyOptions) -> list[DayVerdict]:
    """Recount the days asked for, or the newest published ones.

    Raises:
        StorageError: a day that was asked for was never published.
    """
    lake = open_lake(options.lake, database=options.database)
    published = CommitLog(STATES.name, CURATED_TABLES, lake.store, lake.catalog).days()
    missing = [day.isoformat() for day in options.dates if day not in published]
    if missing:
        raise StorageError(f"never published: {', '.join(missing)}")
    days = options.dates or published[-options.day_count :]
    if not days:
        return []
    master = None if options.is_glue else "local[*]"
    spark = spark_session("verify_states", master=master, on_s3=lake.root is None)
    return [verdict for day in days if (verdict := verify_day(spark, lake, day)) is not None]


if __name__ == "__main__" and (status := main(sys.argv[1:])):
    # Only then: Glue has taken any exit, 0 too, for a failure.
    sys.exit(status)
