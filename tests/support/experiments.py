"""Experiments: tests that run at three sizes and leave a row for `docs/reliability.md`.

`make reliability` runs them all at their full size and writes the table anew; `python tests/support/experiments.py`
only writes it, from what the last runs left.
"""

import json
import os
import platform
import sys
import time
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

SIZES = ("small", "ci", "full")
"""With each commit; before a change lands; by hand, for the published table."""

ROOT = Path(__file__).parents[2]
FINDINGS = ROOT / "dist" / "experiments"
PAGE = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- findings: written by `make reliability` -->\n", "<!-- end of findings -->\n"


@dataclass(frozen=True)
class Finding:
    """A row of the table: what somebody may ask, what was tried, what came of it."""

    question: str
    tried: str
    result: str
    test: str
    size: str
    seconds: float


class Experiment:
    """How big an experiment is to be, and where its findings go."""

    def __init__(self, test: str, size: str, folder: Path = FINDINGS) -> None:
        self._test = test
        self._size = size
        self._folder = folder
        self._started_s = time.perf_counter()
        self._count = 0

    @property
    def is_full(self) -> bool:
        """Whether this run is the one whose figures are published."""
        return self._size == "full"

    def size(self, *, small: int, ci: int, full: int) -> int:
        """Return the number that belongs to the size of this run."""
        return {"small": small, "ci": ci, "full": full}[self._size]

    def found(self, question: str, *, tried: str, result: str) -> None:
        """Keep a finding; called after the assertions, so that what is written down has held."""
        seconds = round(time.perf_counter() - self._started_s, 1)
        finding = Finding(question, tried, result, self._test, self._size, seconds)
        name = self._test.replace("/", ".").replace("::", ".")
        path = self._folder / self._size / f"{name}.{self._count}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(finding), indent=1))
        self._count += 1


def findings(folder: Path = FINDINGS) -> list[Finding]:
    """Return what each experiment found when it ran at its largest size, of tests that still exist, by test."""
    largest = {path.name: path for size in SIZES for path in (folder / size).glob("*.json")}
    found = [Finding(**json.loads(largest[name].read_text())) for name in sorted(largest)]
    return [finding for finding in found if exists(finding.test)]


def exists(test: str) -> bool:
    """Tell whether a test is there, given as `path::name`."""
    path, _, name = test.partition("::")
    file = ROOT / path
    return file.is_file() and f"def {name.partition('[')[0]}(" in file.read_text()


def table(rows: list[Finding]) -> str:
    """Return the rows as tables, one for each question."""
    parts = []
    for question in dict.fromkeys(row.question for row in rows):
        parts.append(f"### {question}\n\n| tried | found | size, seconds | test |\n|---|---|---|---|\n")
        parts += [
            f"| {_cell(row.tried)} | {_cell(row.result)} | {row.size}, {row.seconds:g} | "
            f"`{row.test.removeprefix('tests/')}` |\n"
            for row in rows
            if row.question == question
        ]
        parts.append("\n")
    return "".join(parts)


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def main() -> None:
    """Put the findings into the page."""
    text = PAGE.read_text()
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    rows = findings()
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {date.today():%Y-%m-%d}"  # noqa: DTZ011 - a date for people
    intro = (
        f"## Findings\n\nBy `make reliability` (full) and `make test-all` (ci); {machine}, shared with other work.\n\n"
    )
    PAGE.write_text(f"{before}{BEGIN}\n{intro}{table(rows)}{END}{after}")
    sys.stdout.write(f"{PAGE.relative_to(ROOT)}: {len(rows)} findings\n")


if __name__ == "__main__":
    main()
