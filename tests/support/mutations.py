"""Damaged responses, as a network, a proxy, a disk or a careless source can damage them; the seed decides.

A mutation starts from a sound body of a few real rows, cut out of a response as text, and does one thing to it. What
comes out may still be a response: whether it is one is for the lake to say.
"""

import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Self

from flightlake.layout import gzipped

_ROW = re.compile(rb"\[[^\[\]]*\]")
_ROWS_KEPT = 12


@dataclass(frozen=True)
class Mutation:
    """A damaged body: what was done to it, and its bytes (with `is_packed` a damaged gzip of them)."""

    kind: str
    body: bytes
    is_packed: bool = False


def mutations(bodies: list[bytes], count: int, *, seed: int) -> Iterator[Mutation]:
    """Yield so many mutations of the bodies, each kind as often as the others."""
    kinds, sources = list(KINDS.items()), [_Source.of(body) for body in bodies]
    for number in range(count):
        draw = random.Random(f"{seed}-{number}")
        kind, mutate = kinds[number % len(kinds)]
        yield Mutation(kind, mutate(draw.choice(sources).excerpt(draw), draw), is_packed=kind.startswith("gzip"))


@dataclass(frozen=True)
class _Source:
    """A response as text: what stands before its rows, and the rows."""

    head: bytes
    rows: list[bytes]

    @classmethod
    def of(cls, body: bytes) -> Self:
        rows = _ROW.findall(body)
        return cls(body[: body.index(rows[0])], rows)

    def excerpt(self, draw: random.Random) -> bytes:
        """Return a response with some consecutive rows, byte for byte as they stand in it."""
        start = draw.randrange(max(1, len(self.rows) - _ROWS_KEPT))
        return self.head + b",".join(self.rows[start : start + draw.randint(1, _ROWS_KEPT)]) + b"]}"


def _flipped_bits(body: bytes, draw: random.Random) -> bytes:
    damaged = bytearray(body)
    for _ in range(draw.choice((1, 1, 2, 8))):
        damaged[draw.randrange(len(damaged))] ^= 1 << draw.randrange(8)
    return bytes(damaged)


def _other_bytes(body: bytes, draw: random.Random) -> bytes:
    start = draw.randrange(len(body))
    there = draw.choice((b"", draw.randbytes(1), draw.randbytes(4), b'"', b"\\", b"]", b",", b"{", b" ", b"0", b"-"))
    return body[:start] + there + body[start + draw.choice((0, 1, 1, 5)) :]


def _cut(body: bytes, draw: random.Random) -> bytes:
    return body[: draw.randrange(len(body))]


def _spliced(body: bytes, draw: random.Random) -> bytes:
    start, end = sorted(draw.randrange(len(body)) for _ in range(2))
    part = body[start:end]
    at = draw.randrange(len(body))
    return draw.choice(
        (body[:at] + part + body[at:], body + part, body + b"\n" + body, part + body, body[:start] + body)
    )


_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 1.5, "", " ", "1", "null", "3c6444", [], {}, [1], [[]], {"a": 1}, [None, "x"]),
    *(
        10**6,
        10**9,
        10**12,
        10**18,
        -(10**12),
        1e308,
        -1e-300,
        "true",
        "é",
        "\t",
        "A" * 9,
        "日本",
        "a\u0000b",
        "\ud800",
    ),
)


def _swapped_type(body: bytes, draw: random.Random) -> bytes:
    return _with_field(body, draw, json.dumps(draw.choice(_VALUES), ensure_ascii=draw.random() < 0.7))


def _odd_number(body: bytes, draw: random.Random) -> bytes:
    spelling = ("NaN", "Infinity", "-Infinity", "+INF", "-0", "-0.0", "1E5", "1e-5", "1.", ".5", "+1", "01", "0x1F")
    return _with_field(
        body, draw, draw.choice((*spelling, "1e999", "-1e999", "1e-999", "1_000", "1,5", "\u0661", "1.0E+2"))
    )


def _giant_number(body: bytes, draw: random.Random) -> bytes:
    digits = draw.choice((20, 309, 400, 999, 1000, 1001, 1100, 4299, 4300, 4301, 6000))
    whole = draw.choice("123456789") * digits
    forms = (whole, f"-{whole}", f"0.{whole}", f"1e{whole[:9]}", f"1e-{whole[:9]}", f"{whole}.5", f"{whole}e-{digits}")
    return _with_field(body, draw, draw.choice(forms))


def _giant_text(body: bytes, draw: random.Random) -> bytes:
    unit = draw.choice(("A", " ", "é", "\\n", "\\u0041", "\\\\", '\\"', "\\ud83d\\ude00", "😀", "[", "null,"))
    text = f'"{unit * draw.choice((9, 65, 1_000, 40_000, 100_000))}"'
    if draw.random() < 0.1:
        return body[:1] + text.encode() + b": 1, " + body[1:]
    return _with_field(body, draw, text)


def _nested(body: bytes, draw: random.Random) -> bytes:
    depth = draw.choice((2, 10, 60, 130, 300, 480, 510, 900, 980, 995, 1000, 1010, 3_000, 50_000))
    opening, closing = draw.choice((("[", "]"), ('{"a": ', "}"), ('[{"a": ', "}]")))
    deep = opening * depth + "1" + closing * (depth - draw.choice((0, 0, 0, 1)))
    place = draw.randrange(3)
    if place == 0:
        return _with_field(body, draw, deep)
    if place == 1:
        return body[:1] + b'"other": ' + deep.encode() + b", " + body[1:]
    return _with_row(body, draw, deep if draw.random() < 0.5 else json.dumps(deep))


def _repeated_key(body: bytes, draw: random.Random) -> bytes:
    time = draw.choice(("1", '"x"', "null", "1778241600", "{}", "1778241600.5", "true"))
    states = draw.choice(("null", "[]", '"x"', "[null]", "{}", '[["3c6444"]]', "7"))
    pair = draw.choice((f'"time": {time}', f'"states": {states}', f'"\\u0074ime": {time}', f'"other": {time}'))
    return draw.choice((body[:1] + pair.encode() + b", " + body[1:], body.rstrip()[:-1] + b", " + pair.encode() + b"}"))


def _other_time(body: bytes, draw: random.Random) -> bytes:
    times = (
        "null",
        "0",
        "-1",
        "1356998399",
        "1356998400",
        "253402300799",
        "253402300800",
        "1778241600.0",
        "1e9",
        "true",
    )
    odd = ("1.7782416e9", '"1778241600"', "[]", "-0", "9" * 30, "1778241600000", "NaN", "01778241600", "1778284799")
    return re.sub(rb"\d{10}", draw.choice((*times, *odd)).encode(), body, count=1)


def _other_encoding(body: bytes, draw: random.Random) -> bytes:
    text = body.decode()
    charset = draw.choice(("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig", "utf-7", "cp037", "latin-1"))
    return text.replace('"', '"é', 3).encode(charset) if draw.random() < 0.5 else text.encode(charset)


def _odd_text(body: bytes, draw: random.Random) -> bytes:
    raw = (b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x00", b"\x01", b"\x7f", b"\x1f", b"\n", b"\t")
    escaped = (
        b"\\u0000",
        b"\\ud800",
        b"\\udc00\\ud800",
        b"\\x41",
        b"\\u12",
        b"\\",
        b"\\/",
        b"\\u00e9",
        b"\xe2\x80\xa8",
    )
    odd = (b"\xef\xbb\xbf", b"\xc2\xa0", b"\xc2\x85", b"\xef\xbf\xbf", b"\xf0\x9f\x98\x80", b"e\xcc\x81")
    return _with_field(body, draw, b'"A' + draw.choice((*raw, *escaped, *odd)) + b'B"')


def _odd_row(body: bytes, draw: random.Random) -> bytes:
    row = draw.choice(_ROW.findall(body)).decode()
    fields = row[1:-1].split(",")
    ways: tuple[Callable[[], str], ...] = (
        lambda: f"[{','.join(fields[: draw.randrange(len(fields))])}]",
        lambda: f"[{','.join(fields + ['null'] * draw.randint(1, 4))}]",
        lambda: json.dumps(row),
        lambda: json.dumps(row + draw.choice((" x", ", 1", "]", "\f", "\u2028", "\x00", "[1]"))),
        lambda: json.dumps(draw.choice(("\f", "\ufeff", " ", "\x00", "\u00a0", "//", "(")) + row),
        lambda: json.dumps(row.replace('"', "'")),
        lambda: json.dumps(row[: draw.randrange(len(row))]),
        lambda: json.dumps({"icao24": fields[0], "states": fields}),
        lambda: json.dumps(draw.choice(_VALUES)),
        lambda: row,
        lambda: "null",
        lambda: draw.choice(("[]", "{}", '""')),
        lambda: row.replace(",", draw.choice((" ,\n", ",\t", " , ", ",\r\n"))),
    )
    return _with_row(body, draw, draw.choice(ways)())


def _damaged_gzip(body: bytes, draw: random.Random) -> bytes:
    packed = gzipped(body)
    ways: tuple[Callable[[], bytes], ...] = (
        lambda: _flipped_bits(packed, draw),
        lambda: _cut(packed, draw),
        lambda: packed + draw.randbytes(draw.randint(1, 20)),
        lambda: packed + b"\0" * draw.randint(1, 600),
        lambda: packed + gzipped(b" \n"),
        lambda: packed + packed,
        lambda: gzipped(packed),
        lambda: gzipped(body[:50]) + gzipped(body[50:]),
        lambda: packed[:-8] + draw.randbytes(8),
        lambda: packed[:3] + bytes([draw.randrange(256)]) + packed[4:],
    )
    return draw.choice(ways)()


def _with_field(body: bytes, draw: random.Random, there: str | bytes) -> bytes:
    """Return the body with one field of one row replaced by a text."""
    row = draw.choice(list(_ROW.finditer(body)))
    fields = row[0][1:-1].split(b",")
    fields[draw.randrange(len(fields))] = there if isinstance(there, bytes) else there.encode("utf-8", "surrogatepass")
    return body[: row.start()] + b"[" + b",".join(fields) + b"]" + body[row.end() :]


def _with_row(body: bytes, draw: random.Random, there: str) -> bytes:
    """Return the body with a text before one of its rows, as another row."""
    start = draw.choice(list(_ROW.finditer(body))).start()
    return body[:start] + there.encode("utf-8", "surrogatepass") + b"," + body[start:]


KINDS: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "flipped bits": _flipped_bits,
    "other bytes": _other_bytes,
    "truncation": _cut,
    "splices": _spliced,
    "swapped types": _swapped_type,
    "odd numbers": _odd_number,
    "giant numbers": _giant_number,
    "giant texts": _giant_text,
    "deep nesting": _nested,
    "repeated keys": _repeated_key,
    "odd times": _other_time,
    "odd encodings": _other_encoding,
    "odd characters": _odd_text,
    "odd rows": _odd_row,
    "gzip damage": _damaged_gzip,
}
"""How a body is damaged, by the name of the kind."""
