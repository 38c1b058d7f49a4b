"""The vacuum job: removes the files of commits that no reader needs any more. It needs no Spark.

python glue_jobs/jobs/vacuum.py --lake DIR [--older-than-days N] [--dry-run]

As a Glue job it takes --database and --service too, and starts no Spark session: it lists and deletes objects.
"""

import logging
import sys
from collections.abc import Sequence
from pathlib import Path

if __name__ == "__main__":
    # Started by its path, only this file's folder is on Python's path; on Glue the packages come by --extra-py-files.
    sys.path.append(str(Path(__file__).resolve().parents[2]))

from flightlake.clock import SystemClock
from flightlake.commits.vacuum import ExpiredCommit, Vacuum, expired_incomplete
from flightlake.publishing.registry import POLLS_LOG, STATES_LOG
from flightlake.storage.cloudwatch import send_metrics
from flightlake.storage.open_lake import open_lake
from glue_jobs.jobs.metrics import vacuum_metrics
from glue_jobs.jobs.options import VacuumOptions
from glue_jobs.jobs.run_job import run_job

logger = logging.getLogger("flightlake.vacuum")


def main(argv: Sequence[str]) -> int:
    """Remove old files and return the exit status: 0 done, 1 failed, 2 wrong usage."""
    return run_job(argv, VacuumOptions.from_argv, _vacuum_and_report)


def _vacuum_and_report(options: VacuumOptions) -> bool:
    removed = vacuum(options)
    action = "would go" if options.dry_run else "removed"
    for folder in removed:
        logger.info("%s: %s (%d files, %d bytes)", action, folder.folder, len(folder.keys), folder.size_bytes)
    if options.service:
        send_metrics(options.service, vacuum_metrics([] if options.dry_run else removed))
    return True


def vacuum(options: VacuumOptions) -> list[ExpiredCommit]:
    """Remove the expired commits of every log and return them; incomplete files of killed writers are removed, too."""
    lake = open_lake(options.lake, database=options.database)
    now, removed = SystemClock().now(), []
    for definition in (STATES_LOG, POLLS_LOG):
        log = definition.commit_log(lake.store, lake.catalog)
        cleaning = Vacuum(log, lake.store, lake.catalog, now, options.retention)
        removed += cleaning.old_folders() if options.dry_run else cleaning.remove()
    for left in expired_incomplete(lake.store, now=now, retention=options.retention):
        logger.info("left by a killed writer%s: %s", "" if options.dry_run else ", removed", left.key)
        if not options.dry_run:
            lake.store.remove_incomplete(left)
    return removed


if __name__ == "__main__" and (status := main(sys.argv[1:])):
    # Only then: Glue has taken any exit, 0 too, for a failure.
    sys.exit(status)
