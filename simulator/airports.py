"""Airports of the simulated flights: positions from the `airportsdata` package."""

from dataclasses import dataclass
from functools import cache, cached_property

import airportsdata
import numpy as np

from flightlake.units import FOOT_M
from simulator.geodesy import EARTH_MEAN_RADIUS_M, unit_vectors
from simulator.seeded_random import Bools, Floats, Ints, Texts

# Airports of scheduled traffic, the busier ones of each region first. airportsdata has no size; the choice and the
# rough order are ours, not a ranking.
HUBS = {
    "north america": (
        "KATL KDFW KDEN KORD KLAX KJFK KLAS KMCO KMIA KCLT KSEA KPHX KEWR KSFO KIAH KBOS KFLL KMSP KLGA KDTW KPHL KSLC "
        "KDCA KSAN KBWI KTPA KAUS KIAD KBNA KMDW PHNL KDAL KPDX KSTL KRDU KHOU KSMF KMSY KSJC KSNA KOAK KMCI KRSW KCLE "
        "KIND KPIT KCVG KCMH KSAT KJAX KMEM KABQ KSDF KBUR KONT KOMA KBUF KRIC PANC KBOI KGEG KTUS KELP KLIT KICT KGRR "
        "KDSM KMKE KTEB KVNY CYYZ CYVR CYUL CYYC CYEG CYOW CYWG CYHZ MMMX MMUN MMGL MMMY MMTJ MMSD"
    ),
    "central america": "MPTO TJSJ MKJS MUHA MDPC MROC MSLP",
    "europe": (
        "EGLL EGKK EGSS EGCC EGPH EGGW EGBB EGPF LFPG LFPO LFMN LFLL LFML LFBO EHAM EBBR EBCI EDDF EDDM EDDB EDDL EDDH "
        "EDDK EDDS LSZH LSGG LOWW LEMD LEBL LEPA LEMG LEAL LEVC LEIB LEZL LPPT LPPR LPFR LIRF LIMC LIME LIPZ LICC LIPE "
        "LIRN LGAV LGTS LGIR LTFM LTFJ LTAI LTBJ LTAC EIDW EKCH ESSA ENGM EFHK EPWA EPKK EPGD LKPR LHBP LROP LBSF LYBE "
        "EVRA EYVI LMML BIKF GCTS GCLP LCLK ELLX UUEE ULLI"
    ),
    "middle east": "OMDB OMAA OMSJ OTHH OEJN OERK OEDF OKKK OBBI OOMS LLBG OJAI HECA",
    "asia": (
        "ZBAA ZBAD ZSPD ZSSS ZGGG ZGSZ ZUUU ZPPP ZLXY VHHH RCTP RJTT RJAA RJBB RJFF RJCC ROAH RKSI RKSS RKPC RKPK VIDP "
        "VABB VOBL VOMM VOHS VECC VTBS VTBD VTSP WSSS WMKK WIII WADD RPLL VVTS VVNB VCBI OPKC"
    ),
    "oceania": "YSSY YMML YBBN YPPH YPAD NZAA NZCH NZWN YBCG YBCS NFFN",
    "south america": "SBGR SBSP SBKP SBBR SBRJ SBGL SBCF SKBO SKRG SPJC SCEL SAEZ SABE SEQM SUMU",
    "africa": "HAAB HKJK FAOR FACT FALE DNMM GMMN GMMX DTTA DAAG",
}
# A landing attracts this much less traffic per place in its region's list: our choice, half the weight after 20 places.
RANK_DECAY = 20.0

# How far a receiver at an airport hears a cruising aircraft: the radio horizon of 11 km altitude, 4.12 km x sqrt(11000)
# with a 4/3 earth (ITU-R P.452), less a fifth for terrain.
COVERAGE_RADIUS_M = 345_000.0
GRID_STEP_DEG = 1.0


@dataclass(frozen=True)
class Airports:
    """Airports with an IATA code, in the order of their ICAO indicator.

    `elevation_m` is above mean sea level; `point` the position as unit vectors; `hub_weight` the share of scheduled
    traffic relative to others, 0 for an airport that is no hub; `country_code` ISO 3166-1 alpha-2.
    """

    icao: Texts
    country_code: Texts
    latitude_deg: Floats
    longitude_deg: Floats
    elevation_m: Floats
    point: Floats
    hub_weight: Floats

    def index_of(self, icao: str) -> int:
        """Return the row of an airport, by its ICAO indicator."""
        return self._row_by_icao[icao]

    @cached_property
    def _row_by_icao(self) -> dict[str, int]:
        return {icao: row for row, icao in enumerate(self.icao)}


@cache
def load_airports() -> Airports:
    """Load all airports with a four-letter ICAO indicator and an IATA code."""
    chosen = [
        airport
        for _, airport in sorted(airportsdata.load("ICAO").items())
        if airport["iata"] and len(airport["icao"]) == 4
    ]
    latitude, longitude = (np.array([airport[key] for airport in chosen], dtype=np.float64) for key in ("lat", "lon"))
    weights = {icao: 1 / (1 + rank / RANK_DECAY) for line in HUBS.values() for rank, icao in enumerate(line.split())}
    return Airports(
        icao=np.array([airport["icao"] for airport in chosen], dtype=object),
        country_code=np.array([airport["country"] for airport in chosen], dtype=object),
        latitude_deg=latitude,
        longitude_deg=longitude,
        elevation_m=np.array([airport["elevation"] * FOOT_M for airport in chosen], dtype=np.float64),
        point=unit_vectors(latitude, longitude),
        hub_weight=np.array([weights.get(airport["icao"], 0.0) for airport in chosen], dtype=np.float64),
    )


@cache
def coverage_grid() -> Bools:
    """Return the cells within reach of a receiver, shape (180, 360): cells of one degree from 90 S, 180 W on.

    No list of receivers is at hand, so an airport with an IATA code stands for one: aircraft over the oceans are
    unheard, as in the recorded data. Deserts and the poles have more airports than receivers; that error stays.
    """
    airports = load_airports()
    reach = COVERAGE_RADIUS_M / EARTH_MEAN_RADIUS_M
    nearest_row = np.floor(airports.latitude_deg + 90).astype(np.int64)
    reach_rows = int(np.degrees(reach) / GRID_STEP_DEG) + 1
    row = np.clip(nearest_row[:, None] + np.arange(-reach_rows, reach_rows + 1), 0, 179)
    here, there = np.radians(airports.latitude_deg)[:, None], np.radians(row - 89.5)
    # Spherical law of cosines, solved for the difference of longitude at which the distance is the reach.
    cosine = (np.cos(reach) - np.sin(here) * np.sin(there)) / (np.cos(here) * np.cos(there))
    width_deg = np.degrees(np.arccos(np.clip(cosine, -1, 1)))
    column = airports.longitude_deg[:, None] + 180
    first = np.ceil(column - width_deg - 0.5).astype(np.int64) + 360
    after = np.floor(column + width_deg - 0.5).astype(np.int64) + 361
    edges = np.zeros((180, 3 * 360 + 1), dtype=np.int64)
    np.add.at(edges, (row, first), 1)
    np.add.at(edges, (row, after), -1)
    count: Ints = np.cumsum(edges, axis=1)[:, :-1].reshape(180, 3, 360).sum(axis=1)
    return count > 0
