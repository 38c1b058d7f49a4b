"""Random numbers that are pure functions of a seed, a purpose and keys.

A generator that is asked in turn gives other numbers when somebody asks in another order. The sky must answer the
same for the same second, whoever asks and in whatever order, so each number here is a hash of its keys.
"""

import zlib
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]

# Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014), the SplitMix64 finaliser.
_GOLDEN_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


def draw(seed: int, purpose: str, *keys: Any) -> Floats:
    """Return uniform numbers in [0, 1), one per element of the broadcast keys.

    The same seed, purpose and keys give the same number on every machine.

    >>> bool(draw(1, "lag", [7, 8])[1] == draw(1, "lag", [8])[0])
    True
    """
    salt = (seed * 0x100000001B3 + zlib.crc32(purpose.encode())) % 2**64
    state = np.full(1, salt, dtype=np.uint64)
    for key in keys:
        numbers = np.atleast_1d(np.asarray(key, dtype=np.int64)).astype(np.uint64)
        state = _mixed(state + (numbers + np.uint64(1)) * _GOLDEN_GAMMA)
    return (state >> np.uint64(11)).astype(np.float64) / 2**53


def pick(uniform: Floats, shares: list[float]) -> Ints:
    """Return for each uniform number the index of the share it falls into; the last index takes the remainder."""
    return np.searchsorted(np.cumsum(shares), uniform, side="right").astype(np.int64)


def _mixed(state: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    state = (state ^ (state >> np.uint64(30))) * _MIX_1
    state = (state ^ (state >> np.uint64(27))) * _MIX_2
    return state ^ (state >> np.uint64(31))
