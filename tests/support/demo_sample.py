"""The sample of `make demo` in the README: compared with a run, and rewritten from one.

    .venv/bin/python tests/support/demo_sample.py

runs the demo and replaces each line of the sample by the line of the run that differs from it in figures alone.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
START = "sample of make demo"


def run_demo(folder: Path) -> list[str]:
    """Run the demo in a folder and return the lines that it prints, without the folder.

    Raises:
        RuntimeError: the demo failed; the text is what it printed.
    """
    command = [sys.executable, "-m", "cli.demo", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stdout + done.stderr)
    return [line.replace(f"{folder}/", "") for line in done.stdout.splitlines()]


def sample_of(readme: str) -> list[str]:
    """Return the lines of the README's sample."""
    return readme.split(START, 1)[1].split("```", 2)[1].strip("\n").splitlines()


def masked(line: str) -> str:
    """Return a line without its port, which is a free one of the machine."""
    return re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", line).rstrip()


def shape(line: str) -> str:
    """Return a line without figures, checksums and widths: what stays the same where the data change."""
    without_checksum = re.sub(r"\b[0-9a-f]{16}\b", "#", line)
    return re.sub(r"\s+", " ", re.sub(r"\d[\d,.]*", "#", without_checksum)).strip()


def refreshed(sample: list[str], printed: list[str]) -> list[str]:
    """Return the sample with each line as a run printed it, in the order of the run.

    Raises:
        RuntimeError: the run printed no line of some line's shape.
    """
    remaining, lines = iter(printed), []
    for line in sample:
        found = next((other for other in remaining if shape(other) == shape(line)), None)
        if found is None:
            raise RuntimeError(f"the demo printed no such line, or not in this place: {line}")
        lines.append(masked(found).replace("PORT", "8000"))
    return lines


def main() -> None:
    """Rewrite the sample in the README."""
    readme = README.read_text()
    sample = sample_of(readme)
    with tempfile.TemporaryDirectory() as folder:
        lines = refreshed(sample, run_demo(Path(folder)))
    README.write_text(readme.replace("\n".join(sample), "\n".join(lines)))


if __name__ == "__main__":
    main()
