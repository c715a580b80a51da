"""Named random streams: every part of the firm draws from its own, so that parts do not disturb each other."""

from __future__ import annotations

import zlib

import numpy as np


def stream(seed: int, name: str, index: int = 0) -> np.random.Generator:
    """Return the generator of one named part; the same three values give the same numbers everywhere."""
    key = np.random.SeedSequence(entropy=seed, spawn_key=(zlib.crc32(name.encode()), index))
    return np.random.Generator(np.random.PCG64(key))
