"""Polling settings: tier, box and interval, checked together against OpenSky's credit quota."""

from dataclasses import dataclass, field
from typing import Self

from flightlake.errors import UsageError
from flightlake.opensky.bounding_box import Box
from flightlake.opensky.quota import ANONYMOUS, TIERS, PollingPlan, call_cost, fastest_interval_s, tier_named
from infra.config.config_reader import ConfigReader
from infra.config.schedule import SHORTEST_INTERVAL_S

_FASTEST = "fastest"


@dataclass(frozen=True)
class OpenSkyClient:
    """The OAuth client of an OpenSky account."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True)
class Polling:
    """Polling settings of a stack."""

    plan: PollingPlan
    source_url: str
    client: OpenSkyClient | None
    memory_mb: int

    @classmethod
    def read(cls, reader: ConfigReader) -> Self:
        """Return the polling settings, checked against the credit quota."""
        tier = tier_named(reader.choice("tier", TIERS))
        box_text = reader.optional_text("box")
        try:
            box = Box.parse(box_text) if box_text else None
        except UsageError as error:
            raise reader.refusal("box", str(error)) from error
        client_id = reader.optional_text("openskyClientId")
        client_secret = reader.optional_text("openskyClientSecret")
        client = OpenSkyClient(client_id, client_secret) if client_id and client_secret else None
        if client is None and tier != ANONYMOUS:
            raise reader.refusal("tier", _client_remedy(client_id, client_secret))
        return cls(
            plan=_plan(reader, PollingPlan(tier, box, fastest_interval_s(tier, call_cost(box)))),
            source_url=reader.text("sourceUrl", pattern=r"https?://\S+", form="an address that begins with https://"),
            client=client,
            memory_mb=reader.count("pollerMemoryMb", least=256, most=3008, unit="MB"),
        )


def _plan(reader: ConfigReader, fastest: PollingPlan) -> PollingPlan:
    """Return the polling plan at the configured interval."""
    if reader.text("pollIntervalSeconds", form=f"seconds, or {_FASTEST}") == _FASTEST:
        interval_s = max(fastest.interval_s, SHORTEST_INTERVAL_S)
    else:
        interval_s = reader.number("pollIntervalSeconds", least=SHORTEST_INTERVAL_S, most=86_400, unit="seconds")
    try:
        return PollingPlan(fastest.tier, fastest.box, interval_s)
    except UsageError as error:
        raise reader.refusal("pollIntervalSeconds", str(error)) from error


def _client_remedy(client_id: str | None, client_secret: str | None) -> str:
    missing = [
        command
        for command, value in (
            ("pulumi config set flightlake:openskyClientId ID", client_id),
            ("pulumi config set --secret flightlake:openskyClientSecret SECRET", client_secret),
        )
        if value is None
    ]
    return f"an account's tier needs its client: {' and '.join(missing)}; or set tier to {ANONYMOUS.name}"
