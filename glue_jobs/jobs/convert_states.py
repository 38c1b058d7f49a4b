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
from flightlake.publishing.day_result import DayResult
from flightlake.publishing.publisher import Publisher
from flightlake.publishing.registry import POLLS_LOG, STATES_LOG
from flightlake.storage.cloudwatch import send_metrics
from flightlake.storage.open_lake import open_lake
from glue_jobs.build.day_builder import SparkDayBuilder
from glue_jobs.jobs.metrics import conversion_metrics
from glue_jobs.jobs.options import ConvertOptions
from glue_jobs.jobs.run_job import run_job
from glue_jobs.session import spark_session

logger = logging.getLogger("flightlake.convert_states")


def main(argv: Sequence[str]) -> int:
    """Convert the days of the arguments and return the exit status: 0 done, 1 a day failed, 2 wrong usage."""
    return run_job(argv, ConvertOptions.from_argv, _convert_and_report)


def _convert_and_report(options: ConvertOptions) -> bool:
    results = convert(options)
    for result in results:
        logger.info("day done: %s", json.dumps(result.to_document()))
    if not results:
        logger.info("nothing to do: no raw object is newer than its day's last commit")
    return not any(result.failed for result in results)


def convert(options: ConvertOptions) -> list[DayResult]:
    """Convert days of states, then of the poll ledger; return all results of states and failed ones of the ledger."""
    lake = open_lake(options.lake, database=options.database)
    master = None if options.is_glue else "local[*]"
    builder = SparkDayBuilder(
        lambda: spark_session("convert_states", master=master, on_s3=lake.root is None), lake.store
    )
    states, polls = (
        Publisher(
            *(log, builder, lake.store, lake.catalog, SystemClock()),
            min_quality=options.min_quality,
            since=options.since,
        )
        for log in (STATES_LOG, POLLS_LOG)
    )
    results = list(states.run(options.dates or _due_days(states), rebuild=options.rebuild))
    results += [result for result in polls.run(polls.pending_days()) if result.failed]
    if options.service:
        send_metrics(options.service, conversion_metrics(results, states.log, now=SystemClock().now()))
    return results


def _due_days(states: Publisher) -> list[date]:
    found = states.find_pending()
    due = found.due(states.since)
    left = [day.isoformat() for day in found.outdated if day not in due]
    if left:
        logger.info("days built under other rules stay; rebuild with --since: %s of them from %s", len(left), left[0])
    if states.since and found.pinned:
        logger.info("days rolled back stay; rebuild with --date and --rebuild: %s", ", ".join(map(str, found.pinned)))
    return due


if __name__ == "__main__" and (status := main(sys.argv[1:])):
    # Only then: Glue has taken any exit, 0 too, for a failure.
    sys.exit(status)
