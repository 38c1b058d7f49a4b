"""The convert job: a Glue 6 job, a `spark-submit` on a laptop, and what `flightlake convert` runs.

spark-submit glue_jobs/jobs/convert_states.py --lake DIR [--date YYYY-MM-DD] [--rebuild] [--since YYYY-MM-DD]
    [--min-quality PERCENT]

On Glue also --database and --service: the lake's tables, and the name under which metrics are sent.
"""

import json
import logging
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

if __name__ == "__main__":
    # spark-submit puts only this file's folder on the path; on Glue the packages come by --extra-py-files.
    sys.path.append(str(Path(__file__).resolve().parents[2]))

from flightlake.clock import SystemClock
from flightlake.errors import FlightLakeError, UsageError
from flightlake.publishing.day_result import DayResult
from flightlake.publishing.publisher import Publisher
from flightlake.publishing.registry import POLLS_LOG, STATES_LOG
from flightlake.storage.cloudwatch import send_metrics
from flightlake.storage.open_lake import open_lake
from glue_jobs.build.day_builder import SparkDayBuilder
from glue_jobs.jobs.metrics import conversion_metrics
from glue_jobs.jobs.options import ConvertOptions
from glue_jobs.session import spark_session

logger = logging.getLogger("flightlake.convert_states")


def main(argv: Sequence[str]) -> int:
    """Convert what the arguments ask for and return the exit status: 0 done, 1 a day failed, 2 wrong usage."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr)
    try:
        options = ConvertOptions.from_argv(argv)
        results = convert(options)
    except FlightLakeError as error:
        logger.error("%s", error)  # noqa: TRY400  the text says what to do; a traceback would not
        return 2 if isinstance(error, UsageError) else 1
    for result in results:
        logger.info("day done: %s", json.dumps(result.to_document()))
    if not results:
        logger.info("nothing to do: no raw object is newer than its day's last commit")
    return 1 if any(result.failed for result in results) else 0


def convert(options: ConvertOptions) -> list[DayResult]:
    """Convert the days of states, then the poll ledger's, and return what became of each day of states."""
    lake = open_lake(options.lake, database=options.database)
    master = None if options.is_glue else "local[*]"
    builder = SparkDayBuilder(
        lambda: spark_session("convert_states", master=master, on_s3=lake.root is None), lake.store
    )
    states, polls = (
        Publisher(
            log,
            builder,
            lake.store,
            lake.catalog,
            SystemClock(),
            min_quality=options.min_quality,
            since=options.since,
        )
        for log in (STATES_LOG, POLLS_LOG)
    )
    results = list(states.run(options.dates or _due_days(states), rebuild=options.rebuild))
    polls_failed = [r for r in polls.run(polls.pending_days()) if r.failed]
    results += polls_failed
    if options.service:
        send_metrics(options.service, conversion_metrics(results, states.log, now=SystemClock().now()))
    return results


def _due_days(states: Publisher) -> list[date]:
    survey = states.find_pending()
    due = survey.due(states.since)
    left = [day.isoformat() for day in survey.outdated if day not in due]
    if left:
        logger.info("days built under other rules stay; rebuild with --since: %s of them from %s", len(left), left[0])
    if states.since and survey.pinned:
        logger.info("days rolled back stay; rebuild with --date and --rebuild: %s", ", ".join(map(str, survey.pinned)))
    return due


if __name__ == "__main__" and (status := main(sys.argv[1:])):
    # Only then: Glue has taken any exit, 0 too, for a failure.
    sys.exit(status)
