"""Memory that a build may use: parsed from the command line, or derived from what the machine has free."""

import re
from pathlib import Path

from flightlake.errors import UsageError

LEAST_BYTES = 512 * 1024**2
"""The least that a day of any size was built with."""

LEAST_DEFAULT_BYTES = 1536 * 1024**2

_SHARE_OF_FREE = 0.5
_OUTSIDE_BYTES = 256 * 1024**2
"""Python, DuckDB's code and what its allocator holds back; measured with days of 4 to 16 million rows."""

_UNITS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMG]?)(?:i?B)?", re.IGNORECASE)


def parse_memory(text: str) -> int:
    """Return the bytes that a text such as `2G` or `1500MB` means, counted in powers of 1,024.

    >>> parse_memory("1.5G")
    1610612736

    Raises:
        UsageError: the text is no size, or less than a build needs.
    """
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"--memory {text}: not a size; write it as 2G or 1500M")
    size_bytes = int(float(found[1]) * _UNITS[found[2].upper()])
    if size_bytes < LEAST_BYTES:
        raise UsageError(f"--memory {text}: too little; the least that works is {LEAST_BYTES // 1024**2}M")
    return size_bytes


def default_memory() -> int:
    """Return half of the machine's free memory in bytes, 1.5 GiB at least."""
    return max(LEAST_DEFAULT_BYTES, int(_free_bytes() * _SHARE_OF_FREE))


def database_limit(memory_bytes: int) -> int:
    """Return DuckDB's part in bytes of the memory that the whole process may use."""
    return memory_bytes - _OUTSIDE_BYTES - memory_bytes // 8


def _free_bytes() -> int:
    """Return the memory that is available, within the limit of the container; 0 where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return 0
    sizes = [int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")]
    return min([*sizes, *_container_limits()], default=0)


def _container_limits() -> list[int]:
    """Return the limits of the control group in bytes; none where there is no limit."""
    try:
        text = Path("/sys/fs/cgroup/memory.max").read_text().strip()
    except OSError:
        return []
    return [int(text)] if text.isdigit() else []
