"""Costs of converting on AWS Glue, calculated from the time of Spark's conversions on this machine.

    .venv/bin/python -m benchmarks.costs [--rows 7104000 --seconds 30 --cores 2 [--exponent 1.02]]

Without arguments it takes what `benchmarks.growth` found last with `--engine spark`: the rows and seconds by which its
largest day exceeds its smallest, so that the start does not count. Otherwise rows and seconds are of one conversion in
a warm session. Nothing is measured here, and no job was run on Glue. Prices and the start of a job come from
`infra.plan.prices` and `infra.plan.cost`. Assumed: a Glue worker's virtual processor does what a core did here; one
worker is Spark's driver and converts nothing; a core's time grows with its share of the rows as measured; S3 delivers
as fast as it is read.
"""

import argparse
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.findings import Finding, Row, folder, from_document, report
from benchmarks.growth import BY_SPARK
from infra.plan import cost, prices
from infra.plan.prices import Price

WORKER_TYPE = "G.1X"
CORES_PER_WORKER = 4
"""Virtual processors of a G.1X. Source: AWS Glue developer guide, "Worker types"."""

LEAST_WORKERS, MOST_WORKERS = 2, 299
"""Of one job. Source: AWS Glue API reference, NumberOfWorkers for G.1X."""

BILLED_LEAST_S = 60
"""Source: AWS Glue pricing, "billed per second with a 1-minute minimum"."""

WANTED_S = 15 * 60
"""Workers are added until a day is converted within this."""

DAY_ROWS = 7_000_000
LICENSED_DAY_ROWS = 130_000_000
"""Rows of a day of global polls every 90 s, and every 5 s with a licence."""

LICENSED_DAY_POLLS = 86_400 // 5
TEN_YEARS = 3652
"""Days."""

BILLION = 1_000_000_000


@dataclass(frozen=True)
class Measured:
    """One conversion on this machine: rows, seconds, cores, and how seconds grow with rows.

    Attributes:
        exponent: seconds grow as rows to this power; 1 is linear.
    """

    rows: float
    seconds: float
    cores: int
    exponent: float = 1.0

    def seconds_of(self, rows: float, *, cores: int) -> float:
        """Return the seconds that a number of rows takes on a number of such cores."""
        share = (rows / cores) / (self.rows / self.cores)
        return self.seconds * math.pow(share, self.exponent)


def from_growth(finding: Finding) -> Measured:
    """Return the rows and seconds by which Spark's largest day in `benchmarks.growth` exceeds its smallest."""
    points = sorted((x, y) for name, x, y in finding.curves[0].points if name == BY_SPARK)
    (least, least_s), (most, most_s) = points[0], points[-1]
    return Measured((most - least) * 1e6, most_s - least_s, int(finding.machine["cores"]))


@dataclass(frozen=True)
class Estimate:
    """One job on Glue.

    Attributes:
        seconds: billed, the job's start included.
    """

    workers: int
    seconds: float

    def usd(self, price: Price) -> float:
        """Return the price of the job; a free allowance is not counted."""
        return self.workers * cost.DPU_PER_WORKER[WORKER_TYPE] * self.seconds / 3600 * price.usd


def estimate(rows: float, measured: Measured, *, workers: int) -> Estimate:
    """Return the estimate for one job that converts a number of rows."""
    work_s = measured.seconds_of(rows, cores=CORES_PER_WORKER * (workers - 1))
    return Estimate(workers, max(BILLED_LEAST_S, cost.JOB_START_S + work_s))


def within(rows: float, measured: Measured, *, wanted_s: float) -> Estimate:
    """Return the estimate with the fewest workers that finish in time, or with the most workers."""
    tried = (estimate(rows, measured, workers=n) for n in range(LEAST_WORKERS, MOST_WORKERS + 1))
    return next((found for found in tried if found.seconds <= wanted_s), estimate(rows, measured, workers=MOST_WORKERS))


def usd_per_billion(measured: Measured, price: Price) -> float:
    """Return dollars for a billion rows, converted by licensed days in jobs of `WANTED_S`, each with its start."""
    return within(LICENSED_DAY_ROWS, measured, wanted_s=WANTED_S).usd(price) * BILLION / LICENSED_DAY_ROWS


def rows(measured: Measured) -> list[Row]:
    """Return the findings."""
    rate = measured.rows / measured.seconds / measured.cores
    ten_years = LICENSED_DAY_ROWS * TEN_YEARS
    per_billion = [usd_per_billion(measured, price) for price in (prices.GLUE_STANDARD, prices.GLUE_FLEX)]
    forecast_rate = 1e6 / cost.CONVERT_S_PER_MILLION / CORES_PER_WORKER
    found = {
        f"a day of {DAY_ROWS:,} rows": within(DAY_ROWS, measured, wanted_s=WANTED_S),
        f"a day of {LICENSED_DAY_ROWS:,} rows": within(LICENSED_DAY_ROWS, measured, wanted_s=WANTED_S),
        f"ten years of such days, {ten_years:,} rows, rebuilt": estimate(ten_years, measured, workers=MOST_WORKERS),
    }
    requests = TEN_YEARS * LICENSED_DAY_POLLS
    read = f"{requests:,} requests, {prices.S3_GETS.of(requests):,.2f} USD"
    dollars = f"{per_billion[0]:.2f} USD, Flex {per_billion[1]:.2f} USD"
    forecast = f"`make plan` forecasts with {forecast_rate:,.0f}"
    return [
        Row("rows a second and core", f"{rate:,.0f}", forecast, rate / forecast_rate, "", None),
        *(Row(what, _shown(job), "", None, "", None) for what, job in found.items()),
        Row("reading their responses from S3, one object each", read, "", None, "", None),
        Row("a billion rows, in days of 130,000,000", dollars, "", None, "", None),
    ]


def _shown(job: Estimate) -> str:
    time = f"{job.seconds / 3600:.1f} h" if job.seconds > 7200 else f"{math.ceil(job.seconds / 60)} min"
    standard, flex = job.usd(prices.GLUE_STANDARD), job.usd(prices.GLUE_FLEX)
    return f"{job.workers} {WORKER_TYPE} workers, {time}, {standard:,.2f} USD, Flex {flex:,.2f} USD"


def asked(argv: Sequence[str] | None) -> Measured:
    """Return the measured conversion: of the command line, or of the last run of `benchmarks.growth`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.costs", description="Reckon what converting costs.")
    parser.add_argument("--rows", type=float, help="rows of the measured conversion")
    parser.add_argument("--seconds", type=float, help="that it took in a warm session")
    parser.add_argument("--cores", type=int, help="that it ran on")
    parser.add_argument("--exponent", type=float, default=1.0, help="of growth with rows; default: 1")
    given = parser.parse_args(argv)
    if given.rows and given.seconds and given.cores:
        return Measured(**vars(given))
    path = folder() / "growth.json"
    if given.rows or given.seconds or given.cores or not path.exists():
        parser.error(
            f"give --rows, --seconds and --cores, or run `python -m benchmarks.growth`, which leaves {path.name}"
        )
    return from_growth(from_document(json.loads(path.read_text())))


def main(argv: Sequence[str] | None = None) -> None:
    measured = asked(argv)
    notes = [
        (
            f"From {measured.rows:,.0f} rows in {measured.seconds:.1f} s on {measured.cores} cores, exponent "
            f"{measured.exponent:.2f}; AWS's prices as of {prices.AS_OF} in {prices.REGION}, {cost.JOB_START_S:.0f} s "
            "for a job's start. Reckoned, not run on Glue."
        ),
        (
            "Assumed: a virtual processor of Glue does what a core did here, a G.1X has four, one worker is the "
            "driver, S3 delivers as fast as it is read. Workers are added until a day is through in 15 minutes."
        ),
        (
            "A row is counted once here. A stack that converts its day every few hours builds it anew each time: "
            "`make plan` forecasts a stack's month with that."
        ),
    ]
    report("costs", rows(measured), notes=notes)


if __name__ == "__main__":
    main()
