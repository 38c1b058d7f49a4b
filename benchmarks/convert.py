"""How long a conversion takes, from raw to published, against DuckDB doing the bare half of the work.

    .venv/bin/python benchmarks/convert.py [RECORDED_FOLDER ...]

For each folder of recorded responses (default: three of ../shared/data/opensky) it lands them in a new lake, converts
them with `flightlake convert` in a process of its own, Java's start included, verifies the result, and prints seconds,
rows, the peak memory of the Python driver and of the Java process, and the ratio to the peer: DuckDB in a process of
its own that reads the same files, decodes the same columns, deduplicates, sorts and writes zstd Parquet, but neither
judges nor quarantines nor audits nor publishes.

Measured on 2026-11-21, 2 cores shared with other work, Java 17: the series over midnight (20 responses, 2 days, 210,447
rows) 46.5 s, DuckDB 2.1 s, ratio 22.6; the dense series (20 responses, 182,964 rows) 36.2 s, ratio 33.7; the long run
(199 responses, 37,367 rows) 22.3 s, ratio 60.6. The Python driver took 59 MB each time, Java 1.2 to 1.3 GB.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
RECORDED = ROOT.parent / "shared" / "data" / "opensky"
DEFAULT = ("global_20260508_over_midnight", "global_20251231_20x160s", "iberia_20250926_run_90s")
FLIGHTLAKE = Path(sys.prefix, "bin", "flightlake")

PEER = """
copy (
    select * exclude n from (
        select *, row_number() over (partition by icao24, snapshot_at order by last_contact_at desc) as n from (
            select
                s->>0 as icao24, nullif(trim(s->>1), '') as callsign, nullif(s->>2, '') as origin_country,
                make_timestamptz(1000000 * (s->>3)::bigint) as position_at,
                make_timestamptz(1000000 * (s->>4)::bigint) as last_contact_at,
                (s->>5)::double as longitude_deg, (s->>6)::double as latitude_deg, (s->>7)::double as baro_altitude_m,
                (s->>8)::boolean as on_ground, (s->>9)::double as ground_speed_mps,
                (s->>10)::double as true_track_deg, (s->>11)::double as vertical_rate_mps,
                (s->>13)::double as geo_altitude_m, s->>14 as squawk, (s->>15)::boolean as is_special_purpose,
                (s->>16)::int as position_source, (s->>17)::int as category,
                make_timestamptz(1000000 * time) as snapshot_at, make_timestamptz(1000000 * time)::date as snapshot_date
            from (
                select time, unnest(states) as s
                from read_json('{folder}/*.json.gz', columns = {{time: 'BIGINT', states: 'JSON[]'}},
                               maximum_object_size = 100000000)
            )
        )
    ) where n = 1 order by icao24, snapshot_at
) to '{out}' (format parquet, compression zstd, partition_by (snapshot_date))
"""


def timed(command: list[str | Path]) -> tuple[float, str]:
    started = time.perf_counter()
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    return time.perf_counter() - started, done.stdout


def converted(lake: Path) -> tuple[float, dict, int, int]:
    """Return seconds, the command's document, and the peak memory in MB of Python and of Java."""
    watched = (
        "import json, resource, sys, threading, time, pathlib\n"
        "from local.cli.app import main\n"
        "peak = [0]\n"
        "def watch():\n"
        "    while True:\n"
        "        for status in pathlib.Path('/proc').glob('[0-9]*/status'):\n"
        "            try: text = status.read_text()\n"
        "            except OSError: continue\n"
        "            if 'Name:\\tjava' in text and f'PPid:\\t{__import__(\"os\").getpid()}\\n' in text:\n"
        "                line = next((l for l in text.splitlines() if l.startswith('VmHWM')), 'VmHWM: 0')\n"
        "                peak[0] = max(peak[0], int(line.split()[1]))\n"
        "        time.sleep(0.2)\n"
        "threading.Thread(target=watch, daemon=True).start()\n"
        f"sys.argv = ['flightlake', 'convert', '--lake', {str(lake)!r}, '--format', 'json']\n"
        "try: main()\n"
        "finally: print(json.dumps([resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, peak[0]]), file=sys.stderr)\n"
    )
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", watched], check=True, capture_output=True, text=True, cwd=ROOT)
    took_s = time.perf_counter() - started
    python_kb, java_kb = json.loads(done.stderr.strip().splitlines()[-1])
    return took_s, json.loads(done.stdout), python_kb // 1024, java_kb // 1024


def measure(folder: Path, scratch: Path) -> None:
    lake = scratch / folder.name
    timed([FLIGHTLAKE, "land", "--lake", lake, folder])
    took_s, document, python_mb, java_mb = converted(lake)
    days = document["days"]
    rows = sum(day["raw_rows"] for day in days)
    kept = sum(day["curated"] + day["quarantined"] + day["duplicates"] for day in days)
    timed([FLIGHTLAKE, "verify", "--lake", lake])
    out = scratch / f"{folder.name}.peer"
    peer = f"import duckdb; duckdb.sql({PEER.format(folder=folder, out=out)!r})"
    peer_s, _ = timed([sys.executable, "-c", peer])
    print(
        f"{folder.name}: {sum(day['raw_objects'] for day in days)} responses, {len(days)} days, {rows:,} raw rows = "
        f"{kept:,} accounted for; convert {took_s:.1f} s (Python {python_mb} MB, Java {java_mb} MB), verified; "
        f"DuckDB without rules {peer_s:.1f} s; ratio {took_s / peer_s:.1f}",
        flush=True,
    )


def main() -> None:
    folders = [Path(name) for name in sys.argv[1:]] or [RECORDED / name for name in DEFAULT]
    missing = [str(folder) for folder in folders if not folder.is_dir()]
    if missing:
        sys.exit(f"no recorded responses at {', '.join(missing)}; name folders that hold *.json.gz")
    with tempfile.TemporaryDirectory() as scratch:
        for folder in folders:
            measure(folder, Path(scratch))


if __name__ == "__main__":
    main()
