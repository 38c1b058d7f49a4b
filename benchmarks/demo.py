"""How long `make demo` takes after set-up, and which step takes it.

    .venv/bin/python -m benchmarks.demo

The demo runs as `make demo` runs it, in a folder of its own; a step begins when its command is shown.
"""

import re
import statistics
import subprocess
import sys
import tempfile
import time

from benchmarks.findings import ROOT, Row, is_small, report

RUNS = 1 if is_small() else 3
LONGEST_S = 20
_COMMAND = re.compile(r"^\$ \S+/flightlake (\w+)")


def timed_demo() -> dict[str, float]:
    """Return the seconds of each step of one demo, in order; `query` is asked twice.

    Raises:
        CalledProcessError: the demo failed; what it printed goes with it.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-u", "-m", "cli.demo", folder]
        printed: list[str] = []
        steps: dict[str, float] = {}
        step, begun_s = "before the first step", time.perf_counter()
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
            for line in process.stdout or ():
                printed.append(line)
                if found := _COMMAND.match(line):
                    now_s = time.perf_counter()
                    steps[step] = steps.get(step, 0) + now_s - begun_s
                    step, begun_s = found[1], now_s
        steps[step] = steps.get(step, 0) + time.perf_counter() - begun_s
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command, "".join(printed))
    return steps


def main() -> None:
    runs = [timed_demo() for _ in range(RUNS)]
    total_s = statistics.median(sum(steps.values()) for steps in runs)
    rows = [Row("make demo, all steps", f"{total_s:.1f} s", "", None, f"<= {LONGEST_S} s", total_s <= LONGEST_S)]
    for step in runs[0]:
        step_s = statistics.median(steps[step] for steps in runs)
        rows.append(Row(f"- {step}", f"{step_s:.1f} s", "", None, "", None))
    report("demo", rows, notes=[f"Of {RUNS} runs, the median; simulated time is stepped, so nothing waits."])


if __name__ == "__main__":
    main()
