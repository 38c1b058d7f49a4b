"""`flightlake simulate`: an OpenSky-compatible service on this machine."""

from datetime import datetime
from typing import Annotated

import typer

from cli.output import stderr_console
from flightlake.errors import UsageError
from simulator.clock import RunningClock, SteeredClock
from simulator.server import SimulatorServer, serve
from simulator.sky import DEFAULT_START, Sky

PortOption = Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 takes a free one.")]
FaultsOption = Annotated[
    str,
    typer.Option(
        metavar="KIND:SHARE|KIND@N,...",
        help="Faults: a share of the requests, or the n-th one. Kinds: 401, 429, 500, 502, 503, hang, cut, truncated, "
        "html. For example 500:0.05,hang@7.",
    ),
]
AircraftOption = Annotated[int, typer.Option(min=1, help="Approximate number of aircraft in the air or taxiing.")]
SeedOption = Annotated[int, typer.Option(min=0, help="Seed of the sky: the same seed gives the same sky.")]
StartOption = Annotated[
    str,
    typer.Option(metavar="INSTANT", help="Start of the simulated time, with its zone: 2026-05-08T18:00:00Z."),
]
SpeedOption = Annotated[
    str,
    typer.Option(
        metavar="NUMBER|step",
        help="Simulated seconds per real second; or `step`: time stands still until a poller waits, and then moves on "
        "by what it waits for, so that every run gives the same answers.",
    ),
]
TierOption = Annotated[str, typer.Option(help="Budget of the account: standard, feeder or licensed.")]

_STEP = "step"


def command(
    *,
    port: PortOption = 8000,
    faults: FaultsOption = "",
    aircraft: AircraftOption = 10_000,
    seed: SeedOption = 1,
    start: StartOption = DEFAULT_START.isoformat(),
    speed: SpeedOption = "1",
    tier: TierOption = "standard",
) -> None:
    """Serve a simulated sky as OpenSky would, until interrupted with Ctrl-C.

    It speaks OpenSky's protocol: OAuth2 client credentials (client `simulator`, secret `simulator`), credits,
    rate-limit headers, 17 or 18 fields. Its time may run faster than real time or move in steps, see `--speed`;
    `GET /clock` returns it, and `GET /ground-truth/flights` returns the true flights behind the answers.

    Poll it from another terminal: `flightlake poll --lake L --source http://127.0.0.1:8000`.
    """
    instant, factor = _parse_instant(start), _parse_speed(speed)
    sky = Sky(seed, instant, aircraft)
    sky.observations(sky.epoch_s)  # the first answer takes longer: better now than while an accelerated clock runs
    clock = SteeredClock(instant) if factor is None else RunningClock(instant, speed=factor)
    server = SimulatorServer(sky, clock=clock, tier=tier, faults=faults, port=port)
    serve(server, on_start=_print_address)


def _print_address(url: str) -> None:
    stderr_console().print(f"simulator at [bold]{url}[/] (Ctrl-C ends it)", soft_wrap=True, highlight=False)


def _parse_instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as exc:
        raise UsageError(f"--start {text!r} is no instant; write 2026-05-08T18:00:00Z") from exc


def _parse_speed(text: str) -> float | None:
    """Return the factor of a running clock; None for one that moves in steps."""
    if text == _STEP:
        return None
    try:
        return float(text)
    except ValueError as exc:
        raise UsageError(f"--speed {text!r} is neither a number nor `{_STEP}`") from exc
