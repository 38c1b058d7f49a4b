"""The verify job: recomputes published days from raw, apart from the conversion, and names every difference.

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

from flightlake.publishing.registry import STATES_LOG
from flightlake.publishing.verification import DayVerification, days_to_verify
from flightlake.storage.cloudwatch import send_metrics
from flightlake.storage.open_lake import open_lake
from glue_jobs.jobs.metrics import verification_metrics
from glue_jobs.jobs.options import VerifyOptions
from glue_jobs.jobs.run_job import run_job
from glue_jobs.session import spark_session
from glue_jobs.verify.verify_day import verify_day

logger = logging.getLogger("flightlake.verify_states")


def main(argv: Sequence[str]) -> int:
    """Verify the days of the arguments and return the exit status: 0 all adds up, 1 a day differs, 2 wrong usage."""
    return run_job(argv, VerifyOptions.from_argv, _verify_and_report)


def _verify_and_report(options: VerifyOptions) -> bool:
    verified = verify(options)
    for found in verified:
        for difference in found.differences:
            logger.error("%s: %s", found.day, difference)
        for note in found.notes:
            logger.info("%s: %s", found.day, note)
        outcome = "differs" if found.differences else "adds up"
        logger.info("day %s, commit %s: %s: %s", found.day, found.commit, outcome, found.recomputed)
    if not verified:
        logger.info("nothing is published yet: there is nothing to verify")
    differing = sum(bool(found.differences) for found in verified)
    if options.service:
        send_metrics(options.service, verification_metrics(verified=len(verified), differing=differing))
    return not differing


def verify(options: VerifyOptions) -> list[DayVerification]:
    """Verify the days of the options, or the newest published ones.

    Raises:
        StorageError: a day that was asked for was never published.
    """
    lake = open_lake(options.lake, database=options.database)
    days = days_to_verify(STATES_LOG.commit_log(lake.store, lake.catalog), options.dates)
    if not options.dates:
        days = days[-options.day_count :]
    if not days:
        return []
    master = None if options.is_glue else "local[*]"
    spark = spark_session("verify_states", master=master, on_s3=lake.root is None)
    return [found for day in days if (found := verify_day(spark, lake, day)) is not None]


if __name__ == "__main__" and (status := main(sys.argv[1:])):
    # Only then: Glue has taken any exit, 0 too, for a failure.
    sys.exit(status)
