"""Access control as OpenSky does it: client credentials, bearer tokens and credits.

Source: OpenSky REST API documentation, state of 2026-07-20: tokens live 1,800 s; a call costs 1 to 4 credits by the
size of its box; anonymous callers have 400 credits a day, standard users 4,000, active feeders 8,000, licensed users
14,400 an hour. When the budget's day begins is not documented: here at midnight UTC of the simulated clock.
"""

import secrets
from dataclasses import dataclass, field

from flightlake.errors import UsageError
from simulator.clock import SimulatorClock
from simulator.sky import Box

TOKEN_LIFETIME_S = 1_800
DAY_S = 86_400
HOUR_S = 3_600
ANONYMOUS = "anonymous"
# Square degrees up to which a call costs the credits; a larger or missing box costs GLOBAL_CREDITS.
BOX_CREDITS = ((25.0, 1), (100.0, 2), (400.0, 3))
GLOBAL_CREDITS = 4
DEFAULT_CLIENTS = {"simulator": "simulator"}


@dataclass(frozen=True)
class Tier:
    """Credits of a client within a window of seconds."""

    credit_count: int
    window_s: int


TIERS = {
    ANONYMOUS: Tier(400, DAY_S),
    "standard": Tier(4_000, DAY_S),
    "feeder": Tier(8_000, DAY_S),
    "licensed": Tier(14_400, HOUR_S),
}


@dataclass(frozen=True)
class Charge:
    """Outcome of charging a call: whether it is paid, the credits left after it, the seconds to wait if refused."""

    is_paid: bool
    credits_left: int
    retry_after_s: int


def call_credits(box: Box | None) -> int:
    """Return the credits that a call for this box costs; None is the globe.

    >>> call_credits(Box(45.8389, 5.9962, 47.8229, 10.5226))
    1
    """
    if box is None:
        return GLOBAL_CREDITS
    area = (box.north - box.south) * (box.east - box.west)
    return next((cost for limit, cost in BOX_CREDITS if area <= limit), GLOBAL_CREDITS)


@dataclass
class Access:
    """Tokens and budgets of one simulated service.

    Args:
        clock: the simulated time, by which tokens expire and budgets renew.
        tier: the tier of every client that authenticates; anonymous callers always have their own.
        clients: secrets by client id.
    """

    clock: SimulatorClock
    tier: str = "standard"
    clients: dict[str, str] = field(default_factory=lambda: dict(DEFAULT_CLIENTS))
    _expiry_s: dict[str, tuple[str, float]] = field(default_factory=dict)
    _spent: dict[tuple[str, int], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.tier not in TIERS:
            raise UsageError(f"tier {self.tier!r} does not exist: choose one of {', '.join(TIERS)}")

    def token_for(self, client_id: str, client_secret: str) -> str | None:
        """Return a fresh token, or None for credentials that do not belong together."""
        if self.clients.get(client_id) != client_secret:
            return None
        token = secrets.token_urlsafe(32)
        self._expiry_s[token] = (client_id, self.clock.now_s() + TOKEN_LIFETIME_S)
        return token

    def client_of(self, token: str) -> str | None:
        """Return the client that owns a token, or None where it is unknown or has expired."""
        client_id, expiry_s = self._expiry_s.get(token, ("", 0.0))
        return client_id if client_id and self.clock.now_s() < expiry_s else None

    def spend(self, client: str, cost: int) -> Charge:
        """Charge the cost to the client's budget, if that suffices."""
        tier = TIERS[ANONYMOUS if client == ANONYMOUS else self.tier]
        now_s = self.clock.now_s()
        window = int(now_s // tier.window_s)
        left = tier.credit_count - self._spent.get((client, window), 0)
        if cost > left:
            return Charge(is_paid=False, credits_left=left, retry_after_s=int((window + 1) * tier.window_s - now_s) + 1)
        self._spent[client, window] = self._spent.get((client, window), 0) + cost
        return Charge(is_paid=True, credits_left=left - cost, retry_after_s=0)
