"""Assembly of a poller from a lake, a polling plan and a source; the command line and the Lambda function share it."""

from flightlake.lake import Lake
from flightlake.opensky.quota import PollingPlan
from flightlake.ports import Clock
from ingestion.opensky.client import OpenSkySource, Service
from ingestion.opensky.http import Limits
from ingestion.opensky.oauth import CredentialsReader
from ingestion.poll import Poller
from ingestion.quota.quota import CreditQuota


def make_poller(
    lake: Lake,
    plan: PollingPlan,
    *,
    service: Service,
    credentials: CredentialsReader | None,
    clock: Clock,
    limits: Limits,
) -> Poller:
    """Build a poller that lands in a lake and keeps its credit quota there; nothing is sent.

    Args:
        lake: where responses land, and where credits, cooldown and breaker are kept.
        plan: tier, box and interval.
        service: addresses of the source.
        credentials: of the account; None polls anonymously.
        clock: the poller's time, which a simulator may set.
        limits: of each request.
    """
    source = OpenSkySource(service, credentials=credentials, box=plan.box, clock=clock, limits=limits)
    quota = CreditQuota(lake.poll_state, plan, place=service.base_url, clock=clock)
    return Poller(source, lake.store, quota, clock)
