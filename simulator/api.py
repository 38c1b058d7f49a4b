"""HTTP routes of the simulated service: OpenSky's, and two that only the simulator has.

OpenSky's: the token endpoint and `/api/states/all`. The simulator's: `/ground-truth/flights` and `/clock`. Faults apply
to `/api/states/all` only; the n-th request is the n-th one of it, answered or not.
"""

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

from simulator import fault_responses, stale_feed
from simulator.access import ANONYMOUS, TOKEN_LIFETIME_S, Access, call_credits
from simulator.clock import SimulatorClock, SteeredClock
from simulator.faults import Faults
from simulator.queries import RefusedQueryError, StatesQuery, ground_truth_window, states_query, step_target
from simulator.sky import Sky, response_body

TOKEN_PATH = "/auth/realms/opensky-network/protocol/openid-connect/token"  # noqa: S105 - a path, no secret
STATES_PATH = "/api/states/all"
GROUND_TRUTH_PATH = "/ground-truth/flights"
CLOCK_PATH = "/clock"
REMAINING_HEADER = "X-Rate-Limit-Remaining"
GZIP_LEVEL = 1  # a megabyte in 15 ms; level 6 saves a tenth of the size and takes five times as long


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class LoggedRequest:
    """A received request: its number over all paths, the status sent (None where none was), the planned fault."""

    number: int
    path: str
    query: str
    at_s: float
    status: int | None
    fault: str | None


@dataclass
class Service:
    """State that the request handlers share."""

    sky: Sky
    clock: SimulatorClock
    access: Access
    faults: Faults
    requests: list[LoggedRequest] = field(default_factory=list)
    request_count: int = 0
    states_count: int = 0
    last_at_s: int | None = None

    def __post_init__(self) -> None:
        self.start_s = int(self.clock.now_s())

    def application(self) -> web.Application:
        """Return the application with its routes and its request log."""

        @web.middleware
        async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._answered(request, handler)

        application = web.Application(middlewares=[answer])
        application.router.add_post(TOKEN_PATH, self.answer_token)
        application.router.add_get(STATES_PATH, self.answer_states)
        application.router.add_get(GROUND_TRUTH_PATH, self.answer_ground_truth)
        application.router.add_get(CLOCK_PATH, self.answer_clock)
        application.router.add_post(CLOCK_PATH, self.step_clock)
        return application

    async def answer_token(self, request: web.Request) -> web.Response:
        """Issue a bearer token for client credentials. Source: RFC 6749, sections 4.4 and 5.2; texts of Keycloak."""
        form = await request.post()
        if form.get("grant_type") != "client_credentials":
            return _oauth_error(400, "unsupported_grant_type", "Unsupported grant_type")
        token = self.access.token_for(str(form.get("client_id", "")), str(form.get("client_secret", "")))
        if token is None:
            return _oauth_error(401, "unauthorized_client", "Invalid client or Invalid client credentials")
        return web.json_response({"access_token": token, "expires_in": TOKEN_LIFETIME_S, "token_type": "Bearer"})

    async def answer_states(self, request: web.Request, *, trouble: str | None = None) -> web.Response:
        """Answer with state vectors; `trouble` names a fault of the feed, see `stale_feed.TROUBLES`."""
        client = self._client_of(request)
        if client is None:
            return web.json_response({"status": 401, "error": "Unauthorized"}, status=401)
        try:
            asked = states_query(request.query, self.clock.now_s(), is_anonymous=client == ANONYMOUS)
        except RefusedQueryError as refusal:
            return _bad_request(refusal)
        charge = self.access.spend(client, call_credits(asked.box))
        if not charge.is_paid:
            return fault_responses.throttled(str(charge.retry_after_s))
        asked = stale_feed.delayed(asked, trouble, self.last_at_s)
        self.last_at_s = asked.at_s
        body = await asyncio.to_thread(self._body, asked, trouble)
        headers = {REMAINING_HEADER: str(charge.credits_left)}
        return _encoded(request, web.Response(body=body, content_type="application/json", headers=headers))

    async def answer_ground_truth(self, request: web.Request) -> web.Response:
        """Answer with the true flights, by default those from the simulation's start until now."""
        try:
            begin_s, end_s = ground_truth_window(request.query, self.clock.now_s(), self.start_s)
        except RefusedQueryError as refusal:
            return _bad_request(refusal)
        flights = await asyncio.to_thread(self.sky.true_flights, begin_s, end_s)
        return _encoded(request, web.json_response([flight.as_json() for flight in flights]))

    async def answer_clock(self, _request: web.Request) -> web.Response:
        """Answer with the simulated time and its speed: simulated seconds per real second, 0 where it is stepped."""
        return web.json_response({"now": self.clock.now_s(), "speed": self.clock.speed})

    async def step_clock(self, request: web.Request) -> web.Response:
        """Move a stepped clock forward to `now` of the request's JSON and answer as `answer_clock`."""
        if not isinstance(self.clock, SteeredClock):
            text = f"this clock runs by itself, {self.clock.speed:g} simulated seconds per second: it cannot be stepped"
            return web.json_response({"status": 409, "error": "Conflict", "message": text}, status=409)
        try:
            self.clock.step_to(step_target(await request.text()))
        except RefusedQueryError as refusal:
            return _bad_request(refusal)
        return await self.answer_clock(request)

    def _body(self, asked: StatesQuery, trouble: str | None) -> bytes:
        seen = stale_feed.thinned(self.sky.observations(asked.at_s, box=asked.box, icao24=asked.icao24), trouble)
        return response_body(asked.at_s, seen, is_extended=asked.is_extended)

    def _client_of(self, request: web.Request) -> str | None:
        """Return the client's name: anonymous without credentials, None where they are not valid."""
        authorization = request.headers.get("Authorization")
        if authorization is None:
            return ANONYMOUS
        scheme, _, token = authorization.partition(" ")
        return self.access.client_of(token.strip()) if scheme.lower() == "bearer" else None

    async def _answered(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer a request, or apply the fault planned for it, and log it; no status where the client got none."""
        self.request_count += 1
        number, at_s, fault = self.request_count, self.clock.now_s(), self._next_fault(request)
        status: int | None = None
        try:
            response = await (handler(request) if fault is None else self._faulty(request, fault))
            status = response.status if response.prepared or request.transport is not None else None
        except web.HTTPException as refusal:
            status = refusal.status
            raise
        else:
            return response
        finally:
            self.requests.append(LoggedRequest(number, request.path, request.query_string, at_s, status, fault))

    def _next_fault(self, request: web.Request) -> str | None:
        if request.path != STATES_PATH:
            return None
        self.states_count += 1
        return self.faults.fault_of(self.states_count)

    async def _faulty(self, request: web.Request, fault: str) -> web.StreamResponse:
        """Answer a request for states with a fault of this kind."""
        number = self.states_count
        if fault == "hang":
            await fault_responses.hang()
        if fault in stale_feed.TROUBLES:
            return await self.answer_states(request, trouble=fault)
        plain = fault_responses.plain_answer(fault, number=number)
        return plain or await fault_responses.damaged(request, await self.answer_states(request), fault, number=number)


def _encoded(request: web.Request, answer: web.Response) -> web.Response:
    """Compress the answer for a client that accepts gzip."""
    if "gzip" in request.headers.get("Accept-Encoding", "") and isinstance(answer.body, bytes):
        answer.body = gzip.compress(answer.body, GZIP_LEVEL)
        answer.headers["Content-Encoding"] = "gzip"
    return answer


def _bad_request(refusal: RefusedQueryError) -> web.Response:
    return web.json_response({"status": 400, "error": "Bad Request", "message": str(refusal)}, status=400)


def _oauth_error(status: int, error: str, description: str) -> web.Response:
    return web.json_response({"error": error, "error_description": description}, status=status)
