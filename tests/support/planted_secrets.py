"""Planted secrets, and the search for them: in any file, in any encoding, whole or in part."""

import gzip
import json
import secrets
import threading
import zipfile
import zlib
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from html import escape
from io import BytesIO
from pathlib import Path
from urllib.parse import quote, quote_plus

import duckdb

PIECE = 10
"""Characters of which a piece shows: whatever holds twice as many of a form in a row holds one whole piece."""

SPECIAL = "+/=&%\"'\\<"
"""What some writing escapes, in the middle of each secret; of these characters nothing is secret."""

GZIP, ZIP, PARQUET = b"\x1f\x8b\x08", b"PK\x03\x04", b"PAR1"


def new_secret() -> str:
    """Return a new secret, with every character that some writing escapes."""
    return f"{secrets.token_hex(12)}{SPECIAL}{secrets.token_hex(12)}"


def forms(secret: str) -> dict[str, str]:
    """Return the secret as different writers would write it."""
    found = {
        "plain": secret,
        "repr": repr(secret)[1:-1],
        "JSON": json.dumps(secret)[1:-1],
        "HTML": escape(secret),
        "percent-encoded": quote(secret, safe=""),
        "form": quote_plus(secret),
        "hexadecimal": secret.encode().hex(),
    }
    for offset in range(3):  # where it stands within a longer text, as `user:password` does, decides how it looks
        encoded = b64encode(b"\0" * offset + secret.encode()).decode().rstrip("=")
        found[f"Base64 at {offset}"] = encoded[(0, 2, 3)[offset] : -2]
    found |= {f"URL-safe {name}": form.translate(URL_SAFE) for name, form in found.items() if name.startswith("Base64")}
    return found


URL_SAFE = str.maketrans("+/", "-_")


@cache
def _not_secret() -> frozenset[str]:
    """Return the pieces that the special characters and few others make, whatever these are, wherever one begins."""
    digits = "0123456789abcdef"
    pairs = [*digits, *(one + other for one in digits for other in digits)]
    middles = [SPECIAL, *(pair + SPECIAL + "00" for pair in pairs), *("00" + SPECIAL + pair for pair in pairs)]
    texts = [text for middle in middles for text in forms(middle).values()]
    return frozenset(text[start : start + PIECE] for text in texts for start in range(len(text) - PIECE + 1))


class Search:
    """Looks for secrets, each known by a name."""

    def __init__(self, wanted: Mapping[str, str]) -> None:
        self._pieces: dict[bytes, str] = {}
        for name, secret in wanted.items():
            for form, text in forms(secret).items():
                for start in range(0, len(text) - PIECE + 1, PIECE):
                    piece = text[start : start + PIECE]
                    if piece not in _not_secret():
                        self._pieces.setdefault(piece.encode(), f"{name}, {form}")
        self._pieces |= {piece.decode().encode("utf-16-le"): f"{what}, UTF-16" for piece, what in self._pieces.items()}

    def in_bytes(self, data: bytes) -> set[str]:
        """Return which secrets show in the data, or in what is packed in it."""
        return {what for content in contents(data) for piece, what in self._pieces.items() if piece in content}

    def in_files(self, *roots: Path) -> dict[str, set[str]]:
        """Return the files under the folders that show secrets, in name or content."""
        found = {}
        for path in (path for root in roots for path in root.rglob("*") if path.is_file()):
            shown = self.in_bytes(str(path).encode()) | self.in_bytes(path.read_bytes())
            shown |= self.in_bytes(parquet_texts(path)) if path.read_bytes()[:4] == PARQUET else set()
            if shown:
                found[str(path)] = shown
        return found

    def in_all(self, places: Mapping[str, bytes | str]) -> dict[str, set[str]]:
        """Return the places that show secrets."""
        shown = {
            place: self.in_bytes(data.encode() if isinstance(data, str) else data) for place, data in places.items()
        }
        return {place: secrets for place, secrets in shown.items() if secrets}


def contents(data: bytes) -> Iterator[bytes]:
    """Yield the data, and what is packed in it, however deep."""
    yield data
    if data.startswith(ZIP):
        with zipfile.ZipFile(BytesIO(data)) as packed:
            for name in packed.namelist():
                yield from contents(packed.read(name))
    start = data.find(GZIP)
    if start >= 0:
        try:
            yield from contents(gzip.decompress(data[start:]))
        except (OSError, EOFError, zlib.error):
            return


def parquet_texts(path: Path) -> bytes:
    """Return all values of a Parquet file: its pages are packed in ways of their own."""
    with duckdb.connect() as connection:
        rows = connection.execute("select * from read_parquet(?)", [str(path)]).fetchall()
    return "\n".join(str(value) for row in rows for value in row).encode()


@contextmanager
def watched_arguments() -> Iterator[set[bytes]]:
    """Collect the arguments of every process that runs meanwhile, as anybody on the machine may read them."""
    seen: set[bytes] = set()
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.wait(0.02):
            seen.update(arguments_of_all(Path("/proc").glob("[0-9]*/cmdline")))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        is_over.set()
        thread.join()


def arguments_of_all(files: Iterable[Path]) -> Iterator[bytes]:
    for file in files:
        try:
            yield file.read_bytes()
        except OSError:  # it has ended
            continue
