"""`flightlake simulate`: an OpenSky-compatible service on this machine."""

from datetime import datetime
from typing import Annotated

import typer

from cli.output import stderr_console
from flightlake.errors import UsageError
from simulator.server import SimulatorServer, serve
from simulator.sky import DEFAULT_START, Sky

PortOption = Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 takes a free one.")]
FaultsOption = Annotated[
    str,
    typer.Option(
        metavar="KIND:SHARE|KIND@N,...",
        help="What goes wrong: a share of the requests, or the n-th one. Kinds: 401, 429, 500, 502, 503, hang, cut, "
        "truncated, html. For example 500:0.05,hang@7.",
    ),
]
AircraftOption = Annotated[int, typer.Option(min=1, help="Aircraft in the air or taxiing at once, about.")]
SeedOption = Annotated[int, typer.Option(min=0, help="Chooses the sky: the same seed is the same sky.")]
StartOption = Annotated[
    str,
    typer.Option(metavar="INSTANT", help="Where the simulated time begins, with its zone: 2026-05-08T18:00:00Z."),
]
SpeedOption = Annotated[float, typer.Option(help="Simulated seconds in a real one.")]
TierOption = Annotated[str, typer.Option(help="Budget of the account: standard, feeder or licensed.")]


def command(
    *,
    port: PortOption = 8000,
    faults: FaultsOption = "",
    aircraft: AircraftOption = 10_000,
    seed: SeedOption = 1,
    start: StartOption = DEFAULT_START.isoformat(),
    speed: SpeedOption = 1.0,
    tier: TierOption = "standard",
) -> None:
    """Serve a simulated sky as OpenSky would, until interrupted with Ctrl-C.

    It speaks OpenSky's protocol: OAuth2 client credentials (client `simulator`, secret `simulator`), credits,
    rate-limit headers, 17 or 18 fields. Its time may run faster than real time; `GET /clock` tells it, and
    `GET /truth/flights` tells the true flights behind the answers.

    Poll it from another terminal: `flightlake poll --lake L --source http://127.0.0.1:8000`.
    """
    instant = _instant(start)
    sky = Sky(seed, instant, aircraft)
    sky.observations(sky.epoch_s)  # the first answer takes seconds: better now than while an accelerated clock runs
    server = SimulatorServer(sky, start=instant, speed=speed, tier=tier, faults=faults, port=port)
    serve(server, on_start=_tell)


def _tell(url: str) -> None:
    stderr_console().print(f"simulator at [bold]{url}[/] (Ctrl-C ends it)", soft_wrap=True, highlight=False)


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as exc:
        raise UsageError(f"--start {text!r} is no instant; write 2026-05-08T18:00:00Z") from exc
