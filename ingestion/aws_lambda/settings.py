"""Settings of the deployed poller, read once from its environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from flightlake.errors import UsageError
from flightlake.opensky.bounding_box import Box
from flightlake.opensky.quota import ANONYMOUS, STANDARD, PollingPlan, tier_named
from ingestion.opensky.client import LIVE_URL, Service


@dataclass(frozen=True)
class PollerSettings:
    """Settings of one poller, checked together.

    Attributes:
        lake: address of the lake, `s3://bucket/prefix`; FLIGHTLAKE_LAKE.
        plan: FLIGHTLAKE_TIER (default: standard with a secret, anonymous without), FLIGHTLAKE_BOX
            (lamin,lomin,lamax,lomax; default: the globe) and FLIGHTLAKE_INTERVAL_S.
        service: FLIGHTLAKE_SOURCE_URL; default: the live OpenSky service.
        secret_id: ARN or name of the Secrets Manager secret with the account's client; FLIGHTLAKE_SECRET_ID;
            None polls anonymously.
        event_bus: name or ARN of the EventBridge bus that gets an event for each landed response;
            FLIGHTLAKE_EVENT_BUS; None sends none.
        service_name: names the stack's poller in logs, metrics and traces; POWERTOOLS_SERVICE_NAME.
    """

    lake: str
    plan: PollingPlan
    service: Service
    secret_id: str | None
    event_bus: str | None
    service_name: str

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Read the settings; a variable that is empty counts as unset.

        Raises:
            UsageError: a variable is missing or malformed, or tier, box and interval do not fit together.
        """
        values = {name: text.strip() for name, text in environ.items() if text.strip()}
        secret_id = values.get("FLIGHTLAKE_SECRET_ID")
        tier = tier_named(values.get("FLIGHTLAKE_TIER", (STANDARD if secret_id else ANONYMOUS).name))
        if secret_id is None and tier != ANONYMOUS:
            raise UsageError(f"FLIGHTLAKE_TIER is {tier.name}, an account's tier: set FLIGHTLAKE_SECRET_ID too")
        box = values.get("FLIGHTLAKE_BOX")
        return cls(
            lake=_required(values, "FLIGHTLAKE_LAKE", "s3://bucket/prefix"),
            plan=PollingPlan(tier, Box.parse(box) if box else None, _interval_s(values)),
            service=Service.at(values.get("FLIGHTLAKE_SOURCE_URL", LIVE_URL)),
            secret_id=secret_id,
            event_bus=values.get("FLIGHTLAKE_EVENT_BUS"),
            service_name=values.get("POWERTOOLS_SERVICE_NAME", "flightlake-poller"),
        )


def _interval_s(values: Mapping[str, str]) -> float:
    text = _required(values, "FLIGHTLAKE_INTERVAL_S", "90")
    try:
        return float(text)
    except ValueError as exc:
        raise UsageError(f"FLIGHTLAKE_INTERVAL_S is {text!r}; give seconds, for example 90") from exc


def _required(values: Mapping[str, str], name: str, example: str) -> str:
    if name not in values:
        raise UsageError(f"{name} is not set; for example {name}={example}")
    return values[name]
