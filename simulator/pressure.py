"""Air pressure model: difference of geometric and barometric altitude."""

from dataclasses import dataclass

import numpy as np

from simulator.seeded_random import Floats, draw

# Measured in 393,411 rows of 2025-12-31 and 2026-05-08 as geometric less barometric altitude: below 2 km the middle
# 80 % lie within -91 and +76 m around 0; between 9 and 13 km within -251 and +533 m around +175 m.
PRESSURE_SWING_M = 60.0
WARMTH_MEAN_M = 20.0
WARMTH_BY_LATITUDE_M = 700.0
WARMTH_SWING_M = 180.0
TROPOPAUSE_M = 11_000.0
WAVE_COUNT = 5
DAY_S = 86_400.0


@dataclass(frozen=True)
class Weather:
    """Pressure and temperature as a few slow waves over the globe, chosen by the seed."""

    seed: int

    def pressure_offset_m(self, latitude_deg: Floats, longitude_deg: Floats, at_s: Floats) -> Floats:
        """Return geometric less barometric altitude at sea level: highs and lows that drift within days."""
        offset_m: Floats = PRESSURE_SWING_M * self._waves("pressure", latitude_deg, longitude_deg, at_s)
        return offset_m

    def warmth_offset_m(self, latitude_deg: Floats, longitude_deg: Floats, at_s: Floats) -> Floats:
        """Return what warm or cold air adds to the difference up to 11 km: more in the tropics, less at the poles."""
        by_latitude = WARMTH_MEAN_M + WARMTH_BY_LATITUDE_M * np.cos(2 * np.radians(latitude_deg))
        offset_m: Floats = by_latitude + WARMTH_SWING_M * self._waves("warmth", latitude_deg, longitude_deg, at_s)
        return offset_m

    def _waves(self, field: str, latitude_deg: Floats, longitude_deg: Floats, at_s: Floats) -> Floats:
        """Return a smooth field of mean 0 and standard deviation about 1."""
        total = np.zeros_like(latitude_deg)
        for wave in range(WAVE_COUNT):
            north, east, drift, phase = draw(self.seed, field, np.arange(4), wave)
            angle = np.radians(latitude_deg) * (2 + 6 * north) + np.radians(longitude_deg) * np.floor(1 + 5 * east)
            total += np.sin(angle + 2 * np.pi * (phase + at_s / DAY_S * (0.1 + 0.3 * drift)))
        scaled: Floats = total * np.sqrt(2 / WAVE_COUNT)
        return scaled
