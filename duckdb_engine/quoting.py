"""Text and paths as literals of DuckDB's SQL."""

import re
from pathlib import Path


def quoted_text(text: str) -> str:
    """Return the text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def quoted_name(name: str) -> str:
    """Return the name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def glob_escaped(path: Path) -> str:
    """Return the path as a pattern that only the path itself meets."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))
