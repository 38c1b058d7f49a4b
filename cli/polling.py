"""Choice of account, clock and polling plan for a poller on this machine."""

from collections.abc import Mapping
from dataclasses import dataclass

from cli.location import LakeLocation
from flightlake.clock import SystemClock
from flightlake.errors import UsageError
from flightlake.lake import Lake
from flightlake.opensky.bounding_box import Box
from flightlake.opensky.quota import ANONYMOUS, STANDARD, PollingPlan, Tier, call_cost, fastest_interval_s, tier_named
from flightlake.ports import Clock
from ingestion import poller
from ingestion.opensky.client import LIVE_URL, Service
from ingestion.opensky.http import Limits
from ingestion.opensky.oauth import Credentials
from ingestion.opensky.simulated_time import SteppedClock, discovered_clock
from ingestion.poll import Poller

CLIENT_ID, CLIENT_SECRET = "OPENSKY_CLIENT_ID", "OPENSKY_CLIENT_SECRET"
SECRET_ID = "FLIGHTLAKE_SECRET_ID"  # noqa: S105 - the name of a variable that names a secret

_SIMULATED_ACCOUNT = Credentials("simulator", "simulator")
_SIMULATED_LIMITS = Limits(connect_s=2, read_s=5, total_s=12)
# No simulated time passes in a slow answer, so patience costs nothing and keeps a loaded machine's run the same.
_STEPPED_LIMITS = Limits(connect_s=10, read_s=30, total_s=120, has_random_waits=False)


@dataclass(frozen=True)
class Target:
    """Service to poll, with the account, the clock and the limits for it."""

    service: Service
    credentials: Credentials | None
    clock: Clock
    limits: Limits


def find_target(
    source_url: str, *, tier: str | None, environ: Mapping[str, str], location: LakeLocation | None = None
) -> Target:
    """Find the service at an address with its account and clock; a simulator never gets the environment's account.

    Raises:
        UsageError: the address is malformed, or the environment holds half an account.
        SourceUnavailableError: nobody answers at an address that is not the live service's.
    """
    service = Service.at(source_url)
    clock = None if service.base_url == LIVE_URL else discovered_clock(service)
    if clock is None:
        return Target(service, _account(environ, location) if tier != ANONYMOUS.name else None, SystemClock(), Limits())
    credentials = _SIMULATED_ACCOUNT if tier != ANONYMOUS.name else None
    limits = _STEPPED_LIMITS if isinstance(clock, SteppedClock) else _SIMULATED_LIMITS
    return Target(service, credentials, clock, limits)


def make_plan(target: Target, *, tier: str | None, box: str | None, interval_s: float | None) -> PollingPlan:
    """Build the polling plan; the tier defaults to the account's, the interval to the fastest possible.

    Raises:
        UsageError: tier, box and interval do not fit together, or the tier needs an account that is not there.
    """
    chosen = tier_named(tier) if tier is not None else _tier_of(target)
    if chosen != ANONYMOUS and target.credentials is None:
        raise UsageError(f"tier {chosen.name} needs an account: set {CLIENT_ID} and {CLIENT_SECRET}")
    area = Box.parse(box) if box is not None else None
    fastest_s = fastest_interval_s(chosen, call_cost(area))
    return PollingPlan(chosen, area, fastest_s if interval_s is None else interval_s)


def make_poller(target: Target, plan: PollingPlan, lake: Lake) -> Poller:
    """Build a poller of the target that lands in the lake."""
    account = target.credentials
    return poller.make_poller(
        lake,
        plan,
        service=target.service,
        credentials=None if account is None else lambda: account,
        clock=target.clock,
        limits=target.limits,
    )


def _tier_of(target: Target) -> Tier:
    return ANONYMOUS if target.credentials is None else STANDARD


def _account(environ: Mapping[str, str], location: LakeLocation | None) -> Credentials | None:
    client_id, client_secret = environ.get(CLIENT_ID, ""), environ.get(CLIENT_SECRET, "")
    if bool(client_id) != bool(client_secret):
        missing = CLIENT_SECRET if client_id else CLIENT_ID
        raise UsageError(f"{missing} is not set; an account needs {CLIENT_ID} and {CLIENT_SECRET}")
    if client_id:
        return Credentials(client_id, client_secret)
    secret_id = (location.secret_id if location else None) or environ.get(SECRET_ID)
    return _stored_account(secret_id, location.region if location else None) if secret_id else None


def _stored_account(secret_id: str, region: str | None) -> Credentials:
    # Imported here: boto3 takes longer to import than the rest of the command, and few poll for a stack.
    from ingestion.opensky.account_secret import read_credentials, secrets_client  # noqa: PLC0415 - see the line above

    return read_credentials(secret_id, secrets_client(region))
