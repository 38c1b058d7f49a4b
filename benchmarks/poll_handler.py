"""Poll handler without the network: 12,000 aircraft from ask to summary, into a lake in a folder.

    .venv/bin/python -m benchmarks.poll_handler

Ours is all that the function does but the answer's way through the network: law, parsing, landing (gzip, fsync), the
ledger, judging by every rule, metrics. One peer is what most teams write: `json.loads`, a dict for each row,
`json.dumps`, gzip, one file, with neither rules nor ledger. The other is the least that anybody can do: count the rows
and keep the body as it came. Their gzip is at level 6, as gzip's own default is, where Python's would be 9 and slower.
All take the simulator's answers, in alternating turns, and what each has stored is compared with the answer first. Then
the import of the handler in a fresh process: see `benchmarks.cold_import`.
"""

import gc
import gzip
import io
import json
import multiprocessing
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from aws_lambda_powertools import Metrics, Tracer

from benchmarks.cold_import import STARTS, seconds_beyond_start
from benchmarks.findings import Row, is_small, report
from benchmarks.peers.poll_scripts import bare, naive
from flightlake.lake import Lake
from flightlake.layout import ungzipped
from flightlake.opensky.quota import LICENSED, PollingPlan
from flightlake.storage.open_lake import open_lake
from ingestion.aws_lambda.handler import GC_THRESHOLD
from ingestion.aws_lambda.invocation import Invocation, Reporter
from ingestion.poll import Poller
from ingestion.quota.quota import CreditQuota
from ingestion.sources import Fetched, RequestBudget

START = datetime(2026, 5, 8, 12, tzinfo=UTC)
AIRCRAFT, IN_THE_SKY, INTERVAL_S = 12_000, 13_500, 90
POLLS = 12 if is_small() else 60
P95_LIMIT_S, IMPORT_LIMIT_S, MEMORY_LIMIT_MB = 0.15, 0.6, 256
FIRST_PLAN_S = 4.2

NOTES = [
    f"Times are those of {POLLS} polls in one process; the imports' are medians of {STARTS} beyond Python's own start.",
    (
        "Gzip takes a third of a poll. Tried on 2026-11-21 on five recorded responses, per 12,000 rows: zlib at level "
        "5, which is kept, 42 ms and 42.0 bytes a row; level 6, 70 ms and 2.8 % fewer bytes; level 4, 29 ms and 5.7 % "
        "more; zlib-ng 5, 24 ms and 1.2 % fewer; libdeflate 6, 26 ms and 4.5 % fewer; isal 3, 7 ms and 9 % more. A "
        "compiled package on every machine that lands would save 17 ms of a poll that waits seconds for its answer."
    ),
    (
        "orjson would parse in half the time, 10 ms less, but does not see a name that is said twice, and reads whole "
        "numbers of over 64 bits as doubles: `flightlake.opensky.json_limits` refuses or keeps both."
    ),
    (
        "Packing in a thread while the rows are judged would gain nothing on Lambda, where 512 MB bring 0.3 of a "
        'processor (1,769 MB bring one. Source: AWS Lambda developer guide, "Configure Lambda function memory").'
    ),
    (
        "Compiled in advance, the package's modules would be imported in about half the time. Bytecode is not shipped: "
        "it fits one minor version of Python, and the package would no longer be the same whichever Python builds it."
    ),
]


class Now:
    """A clock that moves a poll's interval on demand."""

    def __init__(self) -> None:
        self.instant = START

    def now(self) -> datetime:
        return self.instant

    def sleep(self, seconds: float) -> None:
        self.instant += timedelta(seconds=seconds)


class ReadySource:
    """Answers at once with the body that lies ready."""

    name, tries = "ready://benchmark", 1

    def __init__(self, clock: Now) -> None:
        self._clock = clock
        self.body = b""

    def fetch(self, request_budget: RequestBudget) -> Fetched:
        request_budget.take()
        return Fetched(self.body, self._clock.now(), None, 1)


@dataclass
class Times:
    """Seconds of each turn, by the clock on the wall and of the processor."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def take(self, work: Callable[[], Any]) -> Any:
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        found = work()
        self.cpu.append(time.process_time() - cpu_s)
        self.wall.append(time.perf_counter() - wall_s)
        return found

    def shown(self) -> str:
        return (
            f"p95 {p95(self.wall) * 1000:.0f} ms, median {statistics.median(self.wall) * 1000:.0f} ms "
            f"(CPU: {p95(self.cpu) * 1000:.0f} and {statistics.median(self.cpu) * 1000:.0f} ms)"
        )


@dataclass
class Turns:
    """What the turns showed.

    Attributes:
        peak_mb: of the process, after our first turn.
        stored_bytes: of the last answer, by us and with rows as dicts.
    """

    ours: Times = field(default_factory=Times)
    bare: Times = field(default_factory=Times)
    naive: Times = field(default_factory=Times)
    peak_mb: float = 0.0
    stored_bytes: tuple[int, int] = (0, 0)


def p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


def write_bodies(folder: str) -> None:
    """Write a simulated answer for each poll; in a process of its own, whose memory is not counted."""
    from simulator.sky import Sky, response_body  # noqa: PLC0415 - see above

    sky = Sky(1, START - timedelta(hours=2), IN_THE_SKY)
    for number in range(POLLS):
        at_s = int(START.timestamp()) + INTERVAL_S * number
        document = json.loads(response_body(at_s, sky.observations(at_s), is_extended=True))
        rows = document["states"][:AIRCRAFT]
        assert len(rows) == AIRCRAFT
        text = json.dumps({"time": at_s, "states": rows}, separators=(",", ":"), ensure_ascii=False)
        Path(folder, f"{number}.json").write_text(text)


class Ours:
    """The deployed function's parts on a lake in a folder."""

    def __init__(self, lake: Lake) -> None:
        self.lake = lake
        self.clock = Now()
        self.source = ReadySource(self.clock)
        quota = CreditQuota(
            lake.poll_state, PollingPlan(LICENSED, None, INTERVAL_S), place="ready://", clock=self.clock
        )
        poller = Poller(self.source, lake.store, quota, self.clock)
        metrics = Metrics(namespace="Flightlake", service="benchmark")
        invocation = Invocation(poller, Reporter(metrics, Tracer(service="benchmark", disabled=True)), None)
        self._handle = metrics.log_metrics(lambda _event, _context: invocation.run({}, execution_id="x"))

    def poll(self, body: bytes, number: int) -> Callable[[], Any]:
        self.clock.instant = START + timedelta(seconds=INTERVAL_S * number)
        self.source.body = body

        def polled() -> Any:
            with redirect_stdout(io.StringIO()):
                return self._handle({}, None)

        return polled


def is_kept(body: bytes, ours: bytes, bare_file: Path, naive_file: Path) -> bool:
    rows = [list(row.values()) for row in json.loads(gzip.decompress(naive_file.read_bytes()))["states"]]
    return ungzipped(ours) == gzip.decompress(bare_file.read_bytes()) == body and rows == json.loads(body)["states"]


def polled(folder: Path) -> Turns:
    ours, found = Ours(open_lake(f"{folder}/lake", create=True)), Turns()
    bare_file, naive_file = folder / "bare.json.gz", folder / "naive.json.gz"
    for number in range(POLLS):
        body = (folder / f"{number}.json").read_bytes()
        summary = found.ours.take(ours.poll(body, number))
        assert (summary["status"], summary["records_processed"]) == ("landed", AIRCRAFT), summary
        # Before the peers' first turn: from then on it would be theirs, too.
        found.peak_mb = found.peak_mb or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        assert found.bare.take(partial(bare, body, bare_file)) == AIRCRAFT
        found.naive.take(partial(naive, body, naive_file))
        stored = ours.lake.store.get(summary["s3_key"])
        assert is_kept(body, stored, bare_file, naive_file)
        found.stored_bytes = len(stored), naive_file.stat().st_size
    return found


def poll_rows(found: Turns) -> list[Row]:
    ours, p95_s, (size, peer_size) = found.ours, p95(found.ours.wall), found.stored_bytes
    published = f"first plan, as published: {FIRST_PLAN_S} s"
    peers = {"rows as dicts, no rules, no ledger": found.naive, "body as it came, no rules, no ledger": found.bare}
    what, target = f"a poll of {AIRCRAFT:,} aircraft, no network", f"p95 <= {P95_LIMIT_S} s"
    is_small_enough = found.peak_mb <= MEMORY_LIMIT_MB
    return [
        Row(what, ours.shown(), published, p95_s / FIRST_PLAN_S, target, p95_s <= P95_LIMIT_S),
        *(
            Row("the same", ours.shown(), f"{peer}: {theirs.shown()}", p95_s / p95(theirs.wall), "", None)
            for peer, theirs in peers.items()
        ),
        Row("the same, bytes stored", f"{size:,}", f"rows as dicts: {peer_size:,}", size / peer_size, "", None),
        Row("peak memory", f"{found.peak_mb:.0f} MB", "", None, f"<= {MEMORY_LIMIT_MB} MB", is_small_enough),
    ]


def import_rows() -> list[Row]:
    target, rows = f"<= {IMPORT_LIMIT_S} s", []
    for place, seconds in seconds_beyond_start().items():
        median_s = statistics.median(seconds)
        what = f"importing the handler in a fresh process, {place}"
        rows.append(Row(what, f"{median_s:.2f} s", "", None, target, median_s <= IMPORT_LIMIT_S))
    return rows


def main() -> None:
    gc.set_threshold(GC_THRESHOLD)  # as the handler does
    with tempfile.TemporaryDirectory() as name:
        maker = multiprocessing.get_context("spawn").Process(target=write_bodies, args=(name,))
        maker.start()
        maker.join()
        assert maker.exitcode == 0
        rows = poll_rows(polled(Path(name)))
    report("poll_handler", rows + import_rows(), notes=NOTES)


if __name__ == "__main__":
    main()
