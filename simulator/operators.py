"""Operators of aircraft: airlines and private owners, their countries and the address blocks of these countries."""

from dataclasses import dataclass

# 24-bit address blocks by state. Source: ICAO Annex 10, volume III, table 9-1; the names are those of OpenSky's
# `origin_country`, and every block holds all addresses recorded under that name (2025-12-31 and 2026-05-08).
ADDRESS_BLOCKS = {
    "Algeria": (0x0A0000, 0x0A7FFF),
    "Argentina": (0xE00000, 0xE3FFFF),
    "Australia": (0x7C0000, 0x7FFFFF),
    "Austria": (0x440000, 0x447FFF),
    "Belgium": (0x448000, 0x44FFFF),
    "Brazil": (0xE40000, 0xE7FFFF),
    "Canada": (0xC00000, 0xC3FFFF),
    "Chile": (0xE80000, 0xE80FFF),
    "China": (0x780000, 0x7BFFFF),
    "Colombia": (0x0AC000, 0x0ACFFF),
    "Denmark": (0x458000, 0x45FFFF),
    "Egypt": (0x010000, 0x017FFF),
    "Ethiopia": (0x040000, 0x040FFF),
    "Finland": (0x460000, 0x467FFF),
    "France": (0x380000, 0x3BFFFF),
    "Germany": (0x3C0000, 0x3FFFFF),
    "Greece": (0x468000, 0x46FFFF),
    "Hungary": (0x470000, 0x477FFF),
    "India": (0x800000, 0x83FFFF),
    "Indonesia": (0x8A0000, 0x8A7FFF),
    "Ireland": (0x4CA000, 0x4CAFFF),
    "Israel": (0x738000, 0x73FFFF),
    "Italy": (0x300000, 0x33FFFF),
    "Japan": (0x840000, 0x87FFFF),
    "Kingdom of the Netherlands": (0x480000, 0x487FFF),
    "Latvia": (0x502C00, 0x502FFF),
    "Luxembourg": (0x4D0000, 0x4D03FF),
    "Malaysia": (0x750000, 0x757FFF),
    "Malta": (0x4D2000, 0x4D23FF),
    "Mexico": (0x0D0000, 0x0D7FFF),
    "Morocco": (0x020000, 0x027FFF),
    "New Zealand": (0xC80000, 0xC87FFF),
    "Norway": (0x478000, 0x47FFFF),
    "Panama": (0x0C2000, 0x0C2FFF),
    "Philippines": (0x758000, 0x75FFFF),
    "Poland": (0x488000, 0x48FFFF),
    "Portugal": (0x490000, 0x497FFF),
    "Qatar": (0x06A000, 0x06A3FF),
    "Republic of Korea": (0x718000, 0x71FFFF),
    "Russian Federation": (0x100000, 0x1FFFFF),
    "Saudi Arabia": (0x710000, 0x717FFF),
    "Serbia": (0x4C0000, 0x4C7FFF),
    "Singapore": (0x768000, 0x76FFFF),
    "South Africa": (0x008000, 0x00FFFF),
    "Spain": (0x340000, 0x37FFFF),
    "Sweden": (0x4A8000, 0x4AFFFF),
    "Switzerland": (0x4B0000, 0x4B7FFF),
    "Taiwan": (0x899000, 0x8993FF),
    "Thailand": (0x880000, 0x887FFF),
    "Turkey": (0x4B8000, 0x4BFFFF),
    "United Arab Emirates": (0x896000, 0x896FFF),
    "United Kingdom": (0x400000, 0x43FFFF),
    "United States": (0xA00000, 0xAFFFFF),
    "Viet Nam": (0x888000, 0x88FFFF),
}


@dataclass(frozen=True)
class Airline:
    """An airline: ICAO designator, country of most of its aircraft, recorded rows, usual reach, homes (ICAO)."""

    designator: str
    country: str
    row_count: int
    reach: str
    homes: tuple[str, ...]


@dataclass(frozen=True)
class PrivateOwners:
    """Private aircraft of a country: recorded rows, ISO code of their airports, form of their registrations.

    In `registrations` each character stands for itself but for `#` (digit 1 to 9), `0` (digit) and `a` (letter);
    a callsign carries the registration without its dash.
    """

    country: str
    country_code: str
    row_count: int
    registrations: tuple[str, ...]


# Designator, recorded rows (of 393,411 of 2025-12-31 and 2026-05-08, rounded), reach, homes; by country of most rows.
# Those with 300 rows or fewer are rounded up or guessed, so that their region is not empty.
_AIRLINES = {
    "United States": (
        "SWA 18400 short KDEN KLAS KMDW KBWI KDAL KPHX KHOU KMCO;AAL 18400 mixed KDFW KCLT KORD KMIA KPHL KPHX;"
        "DAL 17900 mixed KATL KMSP KDTW KSLC KJFK KSEA;UAL 17850 mixed KORD KDEN KIAH KEWR KSFO KIAD;"
        "SKW 7900 hop KDEN KSLC KORD KSFO KMSP;EJA 5500 short KTEB KCMH KVNY KDAL;ASA 5400 medium KSEA KPDX PANC KLAX;"
        "JBU 5050 medium KJFK KBOS KFLL KMCO;RPA 4050 hop KIND KLGA KDCA KPHL;ENY 3400 hop KDFW KORD KMIA;"
        "FFT 3150 short KDEN KMCO KLAS;LXJ 2500 short KCLE KTEB KDAL;AAY 2450 short KLAS KCVG KPIT;"
        "JIA 2450 hop KCLT KDCA KPHL;CXK 2350 hop KTEB KIAD;EDV 2250 hop KLGA KDTW KATL;"
        "UPS 1450 mixed KSDF KONT KPHL EDDK;MXY 1150 short KTPA KRDU;SCX 1000 medium KMSP;"
        "NKS 1000 short KFLL KDTW;FDX 1000 mixed KMEM KIND PANC KOAK;"
        "QXE 950 hop KSEA KPDX;GTI 600 long KCVG KJFK PANC"
    ),
    "Canada": (
        "ACA 3450 mixed CYYZ CYUL CYVR;WJA 2600 medium CYYC CYYZ;JZA 1300 hop CYYZ CYUL CYVR;POE 1000 medium CYYZ CYOW;"
        "ROU 700 medium CYYZ CYUL;TSC 400 long CYUL CYYZ"
    ),
    "Mexico": "AMX 1300 mixed MMMX MMMY;VOI 1150 short MMMX MMTJ MMGL;VIV 950 short MMMY MMUN",
    "Ireland": "RYR 10400 short EGSS EIDW LIME EBCI LEMD LPPR EPKK;EIN 870 mixed EIDW",
    "United Kingdom": (
        "EZY 3600 short EGKK EGGW EGCC;BAW 2550 mixed EGLL EGKK;EXS 1700 short EGCC EGSS EGBB;TOM 700 medium EGKK EGCC;"
        "VIR 500 long EGLL EGCC"
    ),
    "Austria": "EJU 2450 short LFPG LIMC EDDB LPPT;AUA 520 medium LOWW",
    "France": "AFR 2350 mixed LFPG LFPO;TVF 1150 short LFPO LFLL",
    "Germany": "DLH 1850 mixed EDDF EDDM;EWG 730 short EDDL EDDK EDDS;CFG 600 mixed EDDF;BCS 800 short EDDK",
    "Kingdom of the Netherlands": "KLM 1700 mixed EHAM;TRA 820 short EHAM",
    "Spain": "VLG 1450 short LEBL LEPA LEMD;IBE 1050 mixed LEMD;AEA 480 mixed LEMD",
    "Switzerland": "SWR 1200 mixed LSZH LSGG;EZS 400 short LSGG",
    "Hungary": "WZZ 1200 medium LHBP LROP EPGD",
    "Malta": "WMT 1050 medium LIRF LHBP LOWW;KMM 300 short LMML",
    "Portugal": "TAP 1150 mixed LPPT LPPR",
    "Turkey": "THY 4050 mixed LTFM LTAC;PGT 1100 medium LTFJ LTAI;SXS 800 medium LTAI LTBJ",
    "Finland": "FIN 1150 mixed EFHK",
    "Sweden": "SAS 1050 medium ESSA EKCH ENGM",
    "Norway": "NOZ 330 short ENGM",
    "Poland": "LOT 620 mixed EPWA",
    "Greece": "AEE 600 short LGAV LGTS",
    "Latvia": "BTI 420 short EVRA",
    "Belgium": "BEL 430 medium EBBR",
    "Luxembourg": "CLX 240 long ELLX;LGL 200 hop ELLX",
    "Serbia": "ASL 350 short LYBE",
    "Russian Federation": "AFL 320 medium UUEE ULLI",
    "Israel": "ELY 310 mixed LLBG",
    "United Arab Emirates": "UAE 2000 long OMDB;ETD 830 long OMAA;FDB 430 medium OMDB;ABY 290 medium OMSJ",
    "Qatar": "QTR 1750 long OTHH",
    "Saudi Arabia": "SVA 360 mixed OEJN OERK",
    "Egypt": "MSR 350 mixed HECA",
    "Ethiopia": "ETH 400 mixed HAAB",
    "Morocco": "RAM 720 medium GMMN",
    "Algeria": "DAH 310 medium DAAG",
    "South Africa": "SFR 200 short FAOR FACT",
    "India": "IGO 1500 short VIDP VABB VOBL VOHS VECC;AIC 1250 mixed VIDP VABB;AXB 320 medium VOMM",
    "China": "CCA 570 mixed ZBAA ZUUU;CES 520 mixed ZSPD ZPPP;CSN 470 mixed ZGGG ZGSZ;CPA 1000 mixed VHHH",
    "Taiwan": "EVA 520 mixed RCTP;CAL 450 mixed RCTP",
    "Japan": "ANA 1000 mixed RJTT RJAA;JAL 900 mixed RJTT RJBB;APJ 220 short RJBB",
    "Republic of Korea": "KAL 970 mixed RKSI RKSS;AAR 380 mixed RKSI;JJA 270 short RKPC RKPK",
    "Thailand": "THA 940 mixed VTBS",
    "Singapore": "SIA 940 mixed WSSS",
    "Malaysia": "MAS 420 mixed WMKK;AXM 370 short WMKK",
    "Indonesia": "GIA 250 medium WIII WADD",
    "Philippines": "CEB 450 short RPLL;PAL 220 mixed RPLL",
    "Viet Nam": "HVN 490 medium VVTS VVNB;VJC 350 short VVTS",
    "Australia": (
        "QFA 1000 mixed YSSY YMML YBBN YPPH;JST 870 short YMML YSSY;VOZ 750 short YBBN YSSY;QLK 490 hop YSSY YBBN"
    ),
    "New Zealand": "ANZ 1100 medium NZAA NZCH NZWN",
    "Brazil": "TAM 1450 medium SBGR SBBR;GLO 1150 short SBSP SBRJ;AZU 950 short SBKP SBCF",
    "Chile": "LPE 260 medium SCEL SPJC",
    "Colombia": "AVA 630 medium SKBO SKRG",
    "Argentina": "ARG 200 medium SABE SAEZ",
    "Panama": "CMP 540 medium MPTO",
}

# Recorded rows (same 393,411) whose callsign is no airline's, by country; forms of registration: ICAO Annex 7 marks.
PRIVATE_OWNERS = (
    PrivateOwners("United States", "US", 93_900, ("N#00aa", "N#000a", "N#0000", "N#00a")),
    PrivateOwners("Canada", "CA", 4_100, ("CGaaa", "CFaaa")),
    PrivateOwners("Australia", "AU", 1_700, ("VHaaa",)),
    PrivateOwners("Brazil", "BR", 1_050, ("PRaaa", "PTaaa")),
    PrivateOwners("Mexico", "MX", 800, ("XAaaa", "XBaaa")),
    PrivateOwners("United Kingdom", "GB", 590, ("Gaaaa",)),
    PrivateOwners("France", "FR", 390, ("Faaaa",)),
    PrivateOwners("New Zealand", "NZ", 340, ("ZKaaa",)),
    PrivateOwners("Germany", "DE", 330, ("DEaaa",)),
    PrivateOwners("Switzerland", "CH", 220, ("HBaaa",)),
    PrivateOwners("Spain", "ES", 170, ("ECaaa",)),
    PrivateOwners("Italy", "IT", 90, ("Iaaaa",)),
)


def airlines() -> list[Airline]:
    """Return all airlines of the table."""
    return [
        Airline(words[0], country, int(words[1]), words[2], tuple(words[3:]))
        for country, line in _AIRLINES.items()
        for words in (entry.split() for entry in line.split(";"))
    ]
