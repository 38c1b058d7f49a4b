"""Answers that repeat what they were sent, and errors whose chain could."""

import json
import traceback

import pytest
from support.http_stub import TOKEN_PATH, Answer, http_stub
from support.polling import NOON, HandClock, a_body

from flightlake.errors import FlightLakeError, SourceError, SourceRejectedError
from ingestion.landing import checked_response
from ingestion.opensky.client import OpenSkySource, Service
from ingestion.opensky.http import Limits
from ingestion.opensky.oauth import Credentials
from ingestion.opensky.secret_leaks import repeats, secrets_sent
from ingestion.sources import RequestBudget

STATES = "/api/states/all"
TOKEN = "t0ken-of+the/hour"
PASSWORD = "pa55w0rd-of-the-proxy"  # pragma: allowlist secret
SECRET = "s3cr3t-of-the-account"  # pragma: allowlist secret
LIMITS = Limits(connect_s=1, read_s=1, total_s=5, tries=1)


def fetched_from(url: str) -> bytes:
    account = Credentials("me", SECRET)
    source = OpenSkySource(Service.at(url), credentials=lambda: account, box=None, clock=HandClock(), limits=LIMITS)
    return source.fetch(RequestBudget(1)).body


@pytest.mark.parametrize("scheme", ["http://", "https://", ""])
def test_a_request_carries_its_token_and_the_password_of_its_proxy(scheme: str) -> None:
    sent = secrets_sent({"Authorization": f"Bearer {TOKEN}"}, f"{scheme}me:{PASSWORD}@proxy:3128")
    assert sent == {
        b"t0ken-of+the/hour",
        b"t0ken-of%2Bthe%2Fhour",
        b"pa55w0rd-of-the-proxy",
        b"bWU6cGE1NXcwcmQtb2YtdGhlLXByb3h5",  # me:pa55w0rd-of-the-proxy
    }


def test_a_request_without_secrets_is_repeated_by_nothing() -> None:
    assert secrets_sent({}, "http://proxy:3128") == frozenset()
    assert not repeats(frozenset(), {"X": "y"}, b"body")


def test_a_secret_so_short_that_chance_could_show_it_is_not_looked_for() -> None:
    assert secrets_sent({"Authorization": "Bearer 3c6444"}, None) == frozenset()


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, f"<html><pre>Authorization: Bearer {TOKEN}</pre></html>".encode()),
        Answer(200, b"/?t=t0ken-of%2Bthe%2Fhour"),
        Answer(200, a_body(rows=[[TOKEN]])),
        Answer(200, a_body(), {"X-You-Sent": f"Bearer {TOKEN}"}),
        Answer(302, headers={"Location": f"http://elsewhere.test/?{TOKEN}"}),
    ],
)
def test_an_answer_that_repeats_the_token_is_not_kept(answer: Answer) -> None:
    token = Answer(200, json.dumps({"access_token": TOKEN}).encode())
    with (
        http_stub({STATES: [answer], TOKEN_PATH: [token]}) as stub,
        pytest.raises(SourceRejectedError, match="repeats a secret that the request carried") as refused,
    ):
        fetched_from(stub.url)
    assert TOKEN not in "".join(traceback.format_exception(refused.value))


@pytest.mark.parametrize("place", ["[", "[::1", "host:port", "a b", "%zz", "*", "", "a..b", "a:0", "x" * 70])
def test_a_proxy_that_makes_no_sense_fails_without_its_password_anywhere(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://me:{PASSWORD}@{place}")
    monkeypatch.setenv("no_proxy", "")
    with pytest.raises(SourceError) as failed:
        fetched_from("http://opensky.test")
    assert PASSWORD not in "".join(traceback.format_exception(failed.value))


def test_places_that_need_no_proxy_are_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1,[::1],*.test,a b")
    token = Answer(200, json.dumps({"access_token": TOKEN}).encode())
    with http_stub({STATES: [Answer(200, a_body())], TOKEN_PATH: [token]}) as stub:
        assert fetched_from(stub.url) == a_body()


FAKE = 'x\n\x1b[2K{"level":"INFO","message":"all is well"}\r\u2028'


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, FAKE.encode()),
        Answer(200, json.dumps({"time": FAKE, "states": []}).encode()),
        Answer(200, json.dumps({"time": 1778241600, "states": FAKE}).encode()),
        Answer(302, headers={"Location": "http://x\x1b[2Ky.test/"}),
        Answer(302, headers={"Location": "http://x\x85.test/"}),  # no UTF-8
        Answer(302, headers={"Location": "http://[x"}),
        Answer(302, headers={"Location": "http://x:port/"}),
        Answer(200, b"{}", {"Content-Encoding": "x\x1b[2K"}),
        Answer(429, b"{}", {"Retry-After": "\x1b[2K1"}),
        Answer(503, FAKE.encode()),
    ],
)
def test_a_servers_words_reach_logs_and_terminals_as_one_tame_line(answer: Answer) -> None:
    token = Answer(200, json.dumps({"access_token": TOKEN}).encode())
    with http_stub({STATES: [answer], TOKEN_PATH: [token]}) as stub, pytest.raises(FlightLakeError) as failed:
        checked_response(fetched_from(stub.url), now=NOON)
    assert str(failed.value).isprintable()
