"""Peak memory of a program is that of its largest process of each kind."""

import sys

from benchmarks.processes import run

HOLD = "import time; held = bytearray(b'x') * ({mb} * 1024**2); time.sleep(0.3)"


def test_the_memory_of_a_program_in_one_python_process_is_counted_as_python() -> None:
    peak = run([sys.executable, "-c", HOLD.format(mb=150)]).peak
    assert 150 < peak.memory_mb["python"] < 200
    assert peak.memory_mb["java"] == 0
    assert set(peak.memory_mb) == {"python", "java"}


def test_of_two_processes_of_one_kind_the_larger_counts_and_their_memory_is_not_added() -> None:
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {HOLD.format(mb=100)!r}]); "
    peak = run([sys.executable, "-c", child + HOLD.format(mb=10)]).peak
    assert 100 < peak.memory_mb["python"] < 200


def test_memory_that_was_given_back_before_the_end_is_counted() -> None:
    code = "import time; held = bytearray(b'x') * (200 * 1024**2); del held"
    assert run([sys.executable, "-c", f"{code}; time.sleep(0.3)"]).peak.memory_mb["python"] > 200
