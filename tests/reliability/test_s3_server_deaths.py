"""The S3 server is killed during writes and restarted: nothing is lost, and no half day is visible."""

import gzip
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.aws import BUCKET
from support.commands import ROOT, flightlake
from support.commits import log_of
from support.dying_server import Moment, dies_at, files_under
from support.engines import engine
from support.experiments import Experiment
from support.s3_server import AwsWithS3
from support.small_days import FIRST_DAY, GOOD_ROWS, land_version, read_day, response_of, visible_rows

from duckdb_engine.engine import Engine
from duckdb_engine.verify.verify_days import Verification
from flightlake.lake import Lake
from flightlake.layout import RAW_STATES_PREFIX
from flightlake.storage.open_lake import open_lake

pytestmark = pytest.mark.slow

SHORT_S, LONG_S = 0.2, 20.0
"""How long the server stays away: so briefly that boto3's own retries bridge it, or longer than they go on."""

AWAY_S = (10.0, 0.2, 15.0)
"""How long it stays away from a conversion whose S3A tries each request twice; see `support.spark_process`."""

FILES = 60

CURATED = ("states", "states_quarantine", "quality_scores")


def test_a_landing_survives_the_death_of_the_server(real_s3: AwsWithS3, tmp_path: Path, experiment: Experiment) -> None:
    address = real_s3.make_lake_place()
    lake = open_lake(address, create=True)
    raw = real_s3.s3.folder / BUCKET / "lake" / "raw"
    dice = random.Random(4)
    trials = experiment.size(small=3, ci=4, full=40)
    outcomes: Counter[int] = Counter()
    for trial in range(trials):
        files = written_responses(tmp_path / str(trial), trial)
        before, pause_s = files_under(raw), SHORT_S if trial % 3 else LONG_S
        threshold = before + dice.randrange(1, FILES - 5)
        with dies_at(real_s3.s3, lambda least=threshold: files_under(raw) >= least, for_s=pause_s) as deaths:
            status, _, errors = flightlake("land", "--lake", address, *files, "--format", "json")
        assert deaths
        assert status == 0 or "check the network" in " ".join(errors.split()), errors
        outcomes[status] += 1
        # What is there is whole, and came from this landing or from those before; what was said to be landed is there.
        assert raw_bodies(lake) <= bodies_of(tmp_path)
        assert status == 1 or raw_bodies(lake) == bodies_of(tmp_path)

        status, output, errors = flightlake("land", "--lake", address, *files, "--format", "json")
        assert status == 0, errors
        tally = json.loads(output)
        assert tally["landed"] + tally["duplicates"] == tally["offered"] == FILES
        assert raw_bodies(lake) == bodies_of(tmp_path)
    experiment.found(
        "Can a dying S3 lose a response that was landed?",
        tried=f"`flightlake land` of {FILES} files, {trials} times; each time the S3 server (versitygw) was killed by "
        f"SIGKILL after a random one of them and came back after {SHORT_S:g} or {LONG_S:g} s.",
        result=f"{outcomes[0]} landings went on undisturbed, {outcomes[1]} ended with an error that says what "
        f"to do; after the next run all {trials * FILES} responses were there, byte for byte, each once.",
    )


def written_responses(folder: Path, trial: int) -> list[Path]:
    folder.mkdir()
    files = [folder / f"{number}.json" for number in range(FILES)]
    for number, file in enumerate(files):
        file.write_bytes(response_of(FIRST_DAY, trial * FILES + number))
    return files


def bodies_of(folder: Path) -> set[bytes]:
    return {file.read_bytes() for file in folder.glob("*/*.json")}


def raw_bodies(lake: Lake) -> set[bytes]:
    infos = list(lake.store.list(RAW_STATES_PREFIX))
    bodies = {gzip.decompress(lake.store.get(info.key)) for info in infos}
    assert len(bodies) == len(infos)
    return bodies


class SparkProcess:
    """A `support.spark_process` on a lake."""

    def __init__(self, address: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "support.spark_process", address],
            cwd=ROOT / "tests",
            env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def convert(self) -> dict[str, object]:
        """Convert what is pending; return how many days were published, and the error that stopped one."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the process died"
        answer: dict[str, object] = json.loads(line)
        return answer

    def stop(self) -> None:
        self._process.kill()
        self._process.communicate()


@contextmanager
def spark_process(address: str) -> Iterator[SparkProcess]:
    process = SparkProcess(address)
    try:
        yield process
    finally:
        process.stop()


def test_a_conversion_survives_the_death_of_the_server(
    real_s3: AwsWithS3, tmp_path: Path, experiment: Experiment
) -> None:
    engine("s3a")
    address = real_s3.make_lake_place()
    lake = open_lake(address, create=True)
    bucket = real_s3.s3.folder / BUCKET
    dice = random.Random(8)
    trials = experiment.size(small=3, ci=4, full=40)
    died_at: Counter[str] = Counter()
    done = failed = 0
    with spark_process(address) as spark:
        land_version(lake.store, FIRST_DAY, 1)
        assert spark.convert() == {"published": 1, "error": None}
        for version in range(2, trials + 2):
            land_version(lake.store, FIRST_DAY, version)
            name, moment = moments(bucket, dice)[version % 6]
            with dies_at(real_s3.s3, moment, for_s=AWAY_S[version % 3]) as deaths:
                answer = spark.convert()
            if not deaths:
                continue
            died_at[name] += 1
            done, failed = done + (answer["error"] is None), failed + (answer["error"] is not None)
            seen = versions_seen(lake)
            assert seen in ([*range(1, version)], [*range(1, version + 1)]), (name, seen)

            assert spark.convert()["error"] is None
            is_whole(lake, version)
    assert sum(died_at.values()) >= trials - 1
    steps = ", ".join(f"{name} {count}" for name, count in sorted(died_at.items()))
    experiment.found(
        "Can a dying S3 lose rows, or show half a day, while Spark writes to it?",
        tried=f"{sum(died_at.values())} conversions through S3A, its retries cut to one, in which the S3 server was "
        f"killed by SIGKILL ({steps}) and came back after 0.2 to 15 s.",
        result=f"{done} went on to their end, {failed} failed; readers saw the day before or the day after, whole, and "
        "after the next run every response was in it and the recount from raw agreed.",
    )


def moments(bucket: Path, dice: random.Random) -> list[tuple[str, Moment]]:
    """Return when the server may die, counted from now on."""
    lake = bucket / "lake"
    after_s = time.monotonic() + dice.uniform(0.05, 2.5)
    return [
        ("at a random instant", lambda: time.monotonic() >= after_s),
        *((f"while {table} was written", grows(lake / "curated" / table, by=1)) for table in CURATED),
        ("while a part was uploaded", grows(bucket / ".sgwtmp", by=1)),
        ("as the commit was recorded", grows(lake / "commits", by=1)),
    ]


def grows(folder: Path, *, by: int) -> Callable[[], bool]:
    enough = files_under(folder) + by
    return lambda: files_under(folder) >= enough


def versions_seen(lake: Lake) -> list[int]:
    """Return the versions whose rows readers see, all of them or none of each."""
    with Engine(lake) as reading:
        rows, rejected, _ = read_day(reading, FIRST_DAY)
    versions = sorted({int(icao24[:4], 16) for icao24, _ in rows})
    assert rows == visible_rows(FIRST_DAY, versions)
    assert rejected == len(versions)
    assert len(rows) == GOOD_ROWS * len(versions)
    return versions


def is_whole(lake: Lake, version: int) -> None:
    """The lake is as if nothing had ever died."""
    assert versions_seen(lake) == [*range(1, version + 1)]
    head = log_of(lake).head(FIRST_DAY)
    assert head is not None
    assert set(head.raw_keys) == {info.key for info in lake.store.list(RAW_STATES_PREFIX)}
    verdict = Verification(lake).verify_day(FIRST_DAY, lambda: None)
    assert verdict is not None
    assert not verdict.differences
