"""The client against a server that answers as told; `test_opensky_simulator.py` holds it against the protocol."""

import gzip
import json
import logging
import socket
import time
from http.server import BaseHTTPRequestHandler
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
from support.http_stub import TOKEN_PATH, Answer, Stub, http_stub
from support.polling import NOON, HandClock, a_body

from flightlake.errors import SourceRejectedError, SourceThrottledError, SourceUnavailableError, UsageError
from flightlake.opensky.bounding_box import Box
from ingestion.opensky import http as exchange_module
from ingestion.opensky.client import LIVE_URL, OpenSkySource, Service
from ingestion.opensky.http import Limits
from ingestion.opensky.oauth import Credentials
from ingestion.sources import Fetched, RequestBudget

STATES = "/api/states/all"
BODY = a_body()
SECRET, TOKEN = "s3cr3t-of-the-account", "t0ken-of-the-hour"
QUICK = Limits(connect_s=1, read_s=0.3, total_s=20, tries=3)
GOOD = Answer(200, BODY)


def a_token(token: str = TOKEN, **changes: object) -> Answer:
    return Answer(200, json.dumps({"access_token": token, "expires_in": 1800} | changes).encode())


def a_source(
    url: str,
    *,
    clock: HandClock | None = None,
    has_account: bool = False,
    box: Box | None = None,
    limits: Limits = QUICK,
) -> OpenSkySource:
    credentials = (lambda: Credentials("me", SECRET)) if has_account else None
    return OpenSkySource(Service.at(url), credentials=credentials, box=box, clock=clock or HandClock(), limits=limits)


def fetched(states: list[Answer], *, request_budget: RequestBudget | None = None) -> tuple[Fetched, Stub, HandClock]:
    clock = HandClock()
    with http_stub({STATES: states}) as stub:
        return a_source(stub.url, clock=clock).fetch(request_budget or RequestBudget(3)), stub, clock


def cut(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.flush()
    handler.connection.shutdown(socket.SHUT_RDWR)


def half_then_cut(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(BODY[: len(BODY) // 2])
    cut(handler)


def hang(_: BaseHTTPRequestHandler) -> None:
    time.sleep(0.6)


def test_the_request_asks_for_category_gzip_and_its_box_and_says_who_asks() -> None:
    with http_stub({STATES: [GOOD]}) as stub:
        source = a_source(stub.url, box=Box(45.8, 5.9, 47.8, 10.5))
        source.fetch(RequestBudget(1))
    (asked,) = stub.asked
    assert asked.path == f"{STATES}?lamin=45.8&lomin=5.9&lamax=47.8&lomax=10.5&extended=1"
    assert asked.headers["accept-encoding"] == "gzip"
    assert asked.headers["user-agent"].startswith("flightlake/0.")
    assert "authorization" not in asked.headers
    assert source.name == f"{stub.url}{STATES}?lamin=45.8&lomin=5.9&lamax=47.8&lomax=10.5"


def test_the_answer_is_the_body_with_what_its_headers_say() -> None:
    answer = Answer(200, gzip.compress(BODY), {"Content-Encoding": "gzip", "X-Rate-Limit-Remaining": "3996"})
    got, _, _ = fetched([answer])
    assert got == Fetched(BODY, NOON, credits_left=3996, attempts=1)


def test_html_with_status_200_is_passed_on_as_it_came() -> None:
    assert fetched([Answer(200, b"<html>")])[0].body == b"<html>"


@pytest.mark.parametrize(
    "trouble",
    [
        Answer(500),
        Answer(502, b"<html>"),
        Answer(503),
        Answer(200, BODY, length=len(BODY) + 100, write=half_then_cut),
        Answer(200, BODY, write=hang),
        Answer(200, BODY, length=None, headers={"Transfer-Encoding": "chunked"}, write=half_then_cut),
        Answer(200, gzip.compress(BODY)[:40], {"Content-Encoding": "gzip"}),
        Answer(200, b"no gzip", {"Content-Encoding": "gzip"}),
    ],
    ids=["500", "502", "503", "cut", "silent", "chunk", "half gzip", "no gzip"],
)
def test_what_can_heal_is_tried_again_and_each_try_counts(trouble: Answer) -> None:
    request_budget = RequestBudget(3)
    got, stub, clock = fetched([trouble, trouble, GOOD], request_budget=request_budget)
    assert got.body == BODY
    assert got.attempts == request_budget.used == len(stub.asked) == 3
    assert len(clock.sleeps) == 2
    assert all(0 <= wait_s <= limit_s for wait_s, limit_s in zip(clock.sleeps, (1, 2), strict=True))


def test_waits_are_random_over_their_whole_range() -> None:
    waits = [fetched([Answer(500), GOOD])[2].sleeps[0] for _ in range(12)]
    assert len(set(waits)) > 6
    assert min(waits) < 0.5 < max(waits)


def test_tries_end_after_three() -> None:
    with http_stub({STATES: [Answer(503)]}) as stub, pytest.raises(SourceUnavailableError, match="answered 503"):
        a_source(stub.url).fetch(RequestBudget(9))
    assert len(stub.asked) == 3


def test_tries_end_where_the_credits_do() -> None:
    request_budget = RequestBudget(1)
    with http_stub({STATES: [Answer(503)]}) as stub, pytest.raises(SourceUnavailableError):
        a_source(stub.url).fetch(request_budget)
    assert len(stub.asked) == request_budget.used == 1


def test_a_connection_that_cannot_be_made_costs_nothing() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        request_budget = RequestBudget(3)
        with pytest.raises(SourceUnavailableError, match=r"no connection to 127\.0\.0\.1"):
            a_source(f"http://127.0.0.1:{unused.getsockname()[1]}").fetch(request_budget)
    assert request_budget.used == 0


@pytest.mark.parametrize("status", [400, 403, 404, 418])
def test_what_cannot_heal_is_not_tried_again_and_costs_nothing(status: int) -> None:
    request_budget = RequestBudget(3)
    with http_stub({STATES: [Answer(status)]}) as stub, pytest.raises(SourceRejectedError, match=str(status)):
        a_source(stub.url).fetch(request_budget)
    assert len(stub.asked) == 1
    assert request_budget.used == 0


def test_a_429_is_not_tried_again_and_tells_the_pause() -> None:
    rate_limited = Answer(429, b"Too many requests", {"X-Rate-Limit-Retry-After-Seconds": "22688"})
    request_budget = RequestBudget(3)
    with http_stub({STATES: [rate_limited]}) as stub, pytest.raises(SourceThrottledError) as throttled:
        a_source(stub.url).fetch(request_budget)
    assert throttled.value.retry_after_s == 22_688
    assert (len(stub.asked), request_budget.used) == (1, 0)


def test_a_redirect_is_not_followed_least_of_all_with_the_token() -> None:
    with http_stub({"/": [GOOD]}) as elsewhere:
        redirect = Answer(302, headers={"Location": f"{elsewhere.url}/"})
        with (
            http_stub({STATES: [redirect], TOKEN_PATH: [a_token()]}) as stub,
            pytest.raises(SourceRejectedError, match=r"302, a redirect to 127\.0\.0\.1: not followed"),
        ):
            a_source(stub.url, has_account=True).fetch(RequestBudget(1))
    assert elsewhere.asked == []


def test_an_account_sends_its_token() -> None:
    with http_stub({STATES: [GOOD], TOKEN_PATH: [a_token()]}) as stub:
        source = a_source(stub.url, has_account=True)
        source.fetch(RequestBudget(1))
        source.fetch(RequestBudget(1))
    (token_request,) = stub.asked_for(TOKEN_PATH)
    assert token_request.method == "POST"
    assert token_request.form == {"grant_type": "client_credentials", "client_id": "me", "client_secret": SECRET}
    assert "authorization" not in token_request.headers
    assert [asked.headers["authorization"] for asked in stub.asked_for(STATES)] == [f"Bearer {TOKEN}"] * 2


def test_a_password_in_netrc_is_sent_to_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password private\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with http_stub({STATES: [GOOD], TOKEN_PATH: [a_token()]}) as stub:
        a_source(stub.url).fetch(RequestBudget(1))
        a_source(stub.url, has_account=True).fetch(RequestBudget(1))
    assert [asked.headers.get("authorization") for asked in stub.asked] == [None, None, f"Bearer {TOKEN}"]


def test_a_token_is_renewed_half_a_minute_before_it_expires() -> None:
    clock = HandClock()
    with http_stub({STATES: [GOOD], TOKEN_PATH: [a_token("first"), a_token("second")]}) as stub:
        source = a_source(stub.url, has_account=True, clock=clock)
        source.fetch(RequestBudget(1))
        clock.move(1_769.9)
        source.fetch(RequestBudget(1))
        clock.move(0.1)
        source.fetch(RequestBudget(1))
    tokens = [asked.headers["authorization"] for asked in stub.asked_for(STATES)]
    assert tokens == ["Bearer first", "Bearer first", "Bearer second"]


def test_a_refused_token_is_fetched_anew_once() -> None:
    request_budget = RequestBudget(1)
    with http_stub({STATES: [Answer(401), GOOD], TOKEN_PATH: [a_token("stale"), a_token("fresh")]}) as stub:
        assert a_source(stub.url, has_account=True).fetch(request_budget).body == BODY
    assert [asked.headers["authorization"] for asked in stub.asked_for(STATES)] == ["Bearer stale", "Bearer fresh"]
    assert request_budget.used == 1


def test_a_fresh_token_that_is_refused_too_is_no_reason_to_go_on() -> None:
    with (
        http_stub({STATES: [Answer(401)], TOKEN_PATH: [a_token()]}) as stub,
        pytest.raises(SourceRejectedError, match="401: it refuses a token that was issued just now"),
    ):
        a_source(stub.url, has_account=True).fetch(RequestBudget(3))
    assert len(stub.asked_for(STATES)) == len(stub.asked_for(TOKEN_PATH)) == 2


def test_a_401_without_an_account_says_what_is_missing() -> None:
    with http_stub({STATES: [Answer(401)]}) as stub, pytest.raises(SourceRejectedError, match="it wants an account"):
        a_source(stub.url).fetch(RequestBudget(1))


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (Answer(401), "401: it refuses the client id or secret"),
        (Answer(400), "400"),
        (Answer(302, headers={"Location": "http://elsewhere.test/"}), "302"),
    ],
)
def test_refused_credentials_are_not_sent_again(answer: Answer, complaint: str) -> None:
    with (
        http_stub({STATES: [GOOD], TOKEN_PATH: [answer]}) as stub,
        pytest.raises(SourceRejectedError, match=complaint),
    ):
        a_source(stub.url, has_account=True).fetch(RequestBudget(3))
    assert [asked.path for asked in stub.asked] == [TOKEN_PATH]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(503),
        Answer(200, b"<html>"),
        Answer(200, b"[]"),
        Answer(200, b"{}"),
        a_token(""),
        a_token("with\nline"),
        Answer(200, b'{"access_token": 5}'),
    ],
)
def test_a_token_server_in_trouble_is_asked_again_at_no_cost(answer: Answer) -> None:
    request_budget = RequestBudget(1)
    with http_stub({STATES: [GOOD], TOKEN_PATH: [answer, a_token()]}) as stub:
        assert a_source(stub.url, has_account=True).fetch(request_budget).body == BODY
    assert request_budget.used == 1


def test_a_token_server_that_throttles_begins_a_pause() -> None:
    with (
        http_stub({TOKEN_PATH: [Answer(429, headers={"Retry-After": "7"})]}) as stub,
        pytest.raises(SourceThrottledError) as throttled,
    ):
        a_source(stub.url, has_account=True).fetch(RequestBudget(1))
    assert throttled.value.retry_after_s == 7


@pytest.mark.parametrize("life", [None, "long", -5, True, 10**12])
def test_a_token_whose_life_makes_no_sense_lives_half_an_hour(life: object) -> None:
    clock = HandClock()
    with http_stub({STATES: [GOOD], TOKEN_PATH: [a_token(expires_in=life), a_token()]}) as stub:
        source = a_source(stub.url, has_account=True, clock=clock)
        source.fetch(RequestBudget(1))
        clock.move(1_769)
        source.fetch(RequestBudget(1))
        clock.move(2)
        source.fetch(RequestBudget(1))
    assert len(stub.asked_for(TOKEN_PATH)) == 2


def test_no_secret_and_no_token_shows_in_logs_errors_or_texts(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    answers = {STATES: [Answer(500), Answer(401)], TOKEN_PATH: [a_token()]}
    with http_stub(answers) as stub:
        source = a_source(stub.url, has_account=True)
        with pytest.raises(SourceRejectedError) as refusal:
            source.fetch(RequestBudget(3))
    told = caplog.text + str(refusal.value) + repr(refusal.value) + repr(Credentials("me", SECRET)) + repr(vars(source))
    told += "".join(str(vars(record)) for record in caplog.records)
    assert "trying again" in told
    assert SECRET not in told
    assert TOKEN not in told


def drip(handler: BaseHTTPRequestHandler) -> None:
    try:
        for _ in range(100):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.05)
    except OSError:
        return


@pytest.mark.parametrize("length", [1000, None])
def test_a_source_that_drips_does_not_hold_the_poll(length: int | None) -> None:
    limits = Limits(connect_s=1, read_s=1, total_s=0.5, tries=3)
    started_s = time.monotonic()
    with http_stub({STATES: [Answer(200, write=drip, length=length)]}) as stub:
        with pytest.raises(SourceUnavailableError, match=r"took too long|broke off"):
            a_source(stub.url, limits=limits).fetch(RequestBudget(3))
        assert time.monotonic() - started_s < 2


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, b"x" * 2_000),
        Answer(200, gzip.compress(b"x" * 2_000), {"Content-Encoding": "gzip"}),
    ],
)
def test_an_answer_beyond_all_measure_is_refused(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange_module, "BODY_LIMIT_BYTES", 1_000)
    with http_stub({STATES: [answer]}) as stub, pytest.raises(SourceRejectedError, match="more than 1,000 bytes"):
        a_source(stub.url).fetch(RequestBudget(3))
    assert len(stub.asked) == 1


def test_an_encoding_nobody_asked_for_is_refused() -> None:
    with (
        http_stub({STATES: [Answer(200, b"?", {"Content-Encoding": "br"})]}) as stub,
        pytest.raises(SourceRejectedError, match="as 'br', asked for was gzip"),
    ):
        a_source(stub.url).fetch(RequestBudget(1))


def test_the_live_service_has_a_token_host_of_its_own() -> None:
    live = Service.at(f"{LIVE_URL}/")
    assert live.states_url == "https://opensky-network.org/api/states/all"
    assert live.token_url == (
        "https://auth.opensky-network.org/auth/realms/opensky-network/protocol/openid-connect/token"
    )


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("opensky-network.org", "is no address"),
        ("ftp://opensky-network.org", "is no address"),
        ("http://", "is no address"),
        ("http://host:notaport", "is no address"),
        ("http://host:0", "is no address"),
        ("http://ho st", "is no address"),
        ("http://host\n", "is no address"),
        ("http://[::1", "is no address"),
        ("http://host?a=1", "query or a fragment"),
        ("http://host#a", "query or a fragment"),
        ("http://me:private@host", "user or password"),
    ],
)
def test_what_is_no_address_of_a_service_is_refused(url: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint) as refusal:
        Service.at(url)
    assert "private" not in str(refusal.value)


def test_a_request_that_cannot_be_sent_is_not_tried_again() -> None:
    with pytest.raises(SourceRejectedError, match="cannot be sent"):
        a_source("http://.test").fetch(RequestBudget(3))


def test_a_bundle_without_its_metadata_has_a_name_at_least(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_metadata(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(exchange_module, "version", no_metadata)
    assert exchange_module.user_agent.__wrapped__() == "flightlake"
