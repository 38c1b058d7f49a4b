"""The simulator speaks OpenSky's protocol: tokens, boxes, filters, resolution, credits."""

from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from simulator.clock import SteeredClock
from simulator.server import SimulatorServer

SWITZERLAND = {"lamin": 45.8389, "lomin": 5.9962, "lamax": 47.8229, "lomax": 10.5226}


def test_anonymous_clients_get_state_vectors_of_now_cut_to_ten_seconds(client: Any, now_s: int) -> None:
    client.clock.advance(17)
    answer = client.states(time=now_s - 600)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json()["time"] == now_s + 10
    assert len(answer.json()["states"]) > 2_000


def test_authenticated_clients_get_the_past_hour_cut_to_five_seconds(client: Any, now_s: int) -> None:
    client.clock.advance(17)
    token = client.token()
    assert client.states(token=token).json()["time"] == now_s + 15
    assert client.states(token=token, time=now_s - 598).json()["time"] == now_s - 600
    assert client.states(token=token, time=now_s + 17 - 3_600).status_code == 200
    assert client.states(token=token, time=now_s + 16 - 3_600).status_code == 400
    assert client.states(token=token, time=now_s + 600).json()["time"] == now_s + 15
    assert client.states(token=token, time=0).json()["time"] == now_s + 15


def test_the_past_is_what_it_was_when_it_was_the_present(client: Any, now_s: int) -> None:
    token = client.token()
    present = client.states(token=token).content
    client.clock.advance(1_000)
    assert client.states(token=token, time=now_s).content == present


def test_rows_have_17_fields_and_18_when_extended(client: Any) -> None:
    assert {len(row) for row in client.states().json()["states"]} == {17}
    extended = client.states(extended=1).json()["states"]
    assert {len(row) for row in extended} == {18}
    assert {row[17] for row in extended} == {0, 1, 2, 4, 6}


def test_a_box_gives_the_aircraft_within_it(client: Any) -> None:
    inside = client.states(lamin=30, lomin=-100, lamax=45, lomax=-80).json()["states"]
    everywhere = client.states().json()["states"]
    assert inside == [row for row in everywhere if row[5] is not None and -100 <= row[5] <= -80 and 30 <= row[6] <= 45]
    assert inside


def test_an_empty_box_gives_null(client: Any) -> None:
    assert client.states(lamin=-60, lomin=-130, lamax=-59, lomax=-129).json()["states"] is None


def test_some_aircraft_can_be_asked_for_by_address(client: Any) -> None:
    wanted = [row[0] for row in client.states().json()["states"]][:2]
    rows = client.states(icao24=[wanted[0], wanted[1].upper(), "zzzzzz"]).json()["states"]
    assert [row[0] for row in rows] == wanted


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"lamin": 1, "lomin": 2}, "a box needs lamin, lomin, lamax, lomax; given: lamin, lomin"),
        (SWITZERLAND | {"lamax": "north"}, "lamax 'north' is no number"),
        (SWITZERLAND | {"lamin": 50}, "no box: latitude 50.0 to 47.8229"),
        (SWITZERLAND | {"lomax": 200}, "longitude 5.9962 to 200.0"),
        (SWITZERLAND | {"lamax": "nan"}, "no box"),
        ({"time": "yesterday"}, "time 'yesterday' is no unix time in whole seconds"),
        ({"time": "9" * 40}, "is no unix time"),
    ],
)
def test_a_question_that_makes_no_sense_is_answered_with_400_and_the_reason(
    client: Any, asked: dict[str, Any], message: str
) -> None:
    answer = client.states(token=client.token(), **asked)
    assert answer.status_code == 400
    assert message in answer.json()["message"]


def test_answers_are_gzipped_for_those_who_take_it(client: Any) -> None:
    url = client.server.url + "/api/states/all"
    plain = requests.get(url, headers={"Accept-Encoding": "identity"}, timeout=20)
    packed = requests.get(url, headers={"Accept-Encoding": "gzip"}, timeout=20)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) < len(plain.content) / 2
    assert packed.content == plain.content


def test_a_token_is_given_for_client_credentials_and_expires_in_half_an_hour_of_simulated_time(client: Any) -> None:
    answer = client.ask_token()
    assert answer.status_code == 200
    assert answer.json()["expires_in"] == 1_800
    assert answer.json()["token_type"] == "Bearer"
    client.clock.advance(1_799)
    assert client.states(token=answer.json()["access_token"]).status_code == 200
    client.clock.advance(2)
    assert client.states(token=answer.json()["access_token"]).status_code == 401
    assert client.states(token=client.token()).status_code == 200


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_secret": "guess"}, 401, "unauthorized_client"),
        ({"client_id": "nobody"}, 401, "unauthorized_client"),
        ({"client_id": ""}, 401, "unauthorized_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
def test_wrong_credentials_get_no_token(client: Any, form: dict[str, str], status: int, error: str) -> None:
    answer = client.ask_token(**form)
    assert answer.status_code == status
    assert answer.json()["error"] == error


def test_an_unknown_token_and_basic_authentication_are_refused(client: Any) -> None:
    url = client.server.url + "/api/states/all"
    assert client.states(token="invented").status_code == 401
    assert requests.get(url, auth=("simulator", "simulator"), timeout=20).status_code == 401


@pytest.mark.parametrize(
    ("box", "cost"),
    [
        ({"lamin": 0, "lomin": 0, "lamax": 5, "lomax": 5}, 1),
        ({"lamin": 0, "lomin": 0, "lamax": 5, "lomax": 5.1}, 2),
        ({"lamin": 0, "lomin": 0, "lamax": 10, "lomax": 10}, 2),
        ({"lamin": 0, "lomin": 0, "lamax": 20, "lomax": 20}, 3),
        ({"lamin": 0, "lomin": 0, "lamax": 20, "lomax": 20.1}, 4),
        ({}, 4),
    ],
)
def test_a_call_costs_credits_by_the_size_of_its_box(client: Any, box: dict[str, float], cost: int) -> None:
    assert client.states(**box).headers["X-Rate-Limit-Remaining"] == str(400 - cost)


def test_a_refused_question_costs_nothing(client: Any) -> None:
    client.states(lamin=1)
    client.states(token="invented")
    assert client.states().headers["X-Rate-Limit-Remaining"] == "396"


def test_a_used_up_budget_is_answered_with_429_until_the_next_day(client: Any) -> None:
    sweep = {"lamin": -60, "lomin": -130, "lamax": -20, "lomax": -110}
    left = [client.states(**sweep).headers.get("X-Rate-Limit-Remaining") for _ in range(100)]
    assert left[0] == "396"
    assert left[-1] == "0"
    refused = client.states(lamin=0, lomin=0, lamax=1, lomax=1)
    assert refused.status_code == 429
    assert refused.text == "Too many requests"
    wait_s = int(refused.headers["X-Rate-Limit-Retry-After-Seconds"])
    assert 6 * 3_600 <= wait_s <= 6 * 3_600 + 1  # the clock stands at 18:00
    client.clock.advance(wait_s - 2)
    assert client.states().status_code == 429
    client.clock.advance(2)
    assert client.states().headers["X-Rate-Limit-Remaining"] == "396"


def test_an_authenticated_client_has_a_budget_of_its_own(client: Any) -> None:
    token = client.token()
    assert client.states(token=token).headers["X-Rate-Limit-Remaining"] == "3996"
    assert client.states().headers["X-Rate-Limit-Remaining"] == "396"
    assert client.states(token=client.token()).headers["X-Rate-Limit-Remaining"] == "3992"


@pytest.mark.parametrize(("tier", "credit_count"), [("standard", 4_000), ("feeder", 8_000), ("licensed", 14_400)])
def test_the_tier_decides_the_budget(sky: Any, now_s: int, tier: str, credit_count: int) -> None:
    with SimulatorServer(sky, clock=SteeredClock(datetime.fromtimestamp(now_s, UTC)), tier=tier) as server:
        form = {"grant_type": "client_credentials", "client_id": "simulator", "client_secret": "simulator"}
        path = "/auth/realms/opensky-network/protocol/openid-connect/token"
        token = requests.post(server.url + path, data=form, timeout=20).json()["access_token"]
        bearer = {"Authorization": f"Bearer {token}"}
        answer = requests.get(server.url + "/api/states/all", headers=bearer, timeout=20)
    assert answer.headers["X-Rate-Limit-Remaining"] == str(credit_count - 4)


def test_the_clock_is_told(client: Any, now_s: int) -> None:
    client.clock.advance(12.5)
    assert client.get("/clock").json() == {"now": now_s + 12.5, "speed": 0.0}


def test_a_step_moves_the_clock_forward_once_and_never_back(client: Any, now_s: int) -> None:
    for target_s, shown_s in ((now_s + 90.25, now_s + 90.25), (now_s + 90.25, now_s + 90.25), (now_s, now_s + 90.25)):
        answer = requests.post(client.server.url + "/clock", json={"now": target_s}, timeout=20)
        assert (answer.status_code, answer.json()) == (200, {"now": shown_s, "speed": 0.0})
    assert client.states(token=client.token()).json()["time"] == now_s + 90


@pytest.mark.parametrize(
    "body", ["", "[]", '{"now": "soon"}', '{"now": NaN}', '{"now": -1}', '{"now": 1e300}', '{"n": 1}']
)
def test_a_step_to_no_instant_is_refused_and_the_time_stands(client: Any, now_s: int, body: str) -> None:
    assert requests.post(client.server.url + "/clock", data=body, timeout=20).status_code == 400
    assert client.clock.now_s() == now_s


def test_a_clock_that_runs_by_itself_is_not_stepped(sky: Any) -> None:
    with SimulatorServer(sky, speed=2) as server:
        answer = requests.post(server.url + "/clock", json={"now": 4e9}, timeout=20)
        assert answer.status_code == 409
        assert "2 simulated seconds per second" in answer.json()["message"]
        assert server.clock.now_s() < 3e9


def test_the_true_flights_are_told_from_the_start_until_now(client: Any, now_s: int) -> None:
    client.clock.advance(1_800)
    flights = client.get("/ground-truth/flights").json()
    assert flights == client.get("/ground-truth/flights", begin=now_s, end=now_s + 1_800).json()
    assert set(flights[0]) == {
        "flight_id", "icao24", "callsign", "departure_airport_icao", "arrival_airport_icao",
        "departure_at", "arrival_at", "first_seen_at", "last_seen_at",
    }  # fmt: skip
    assert all(flight["first_seen_at"] <= now_s + 1_800 and flight["last_seen_at"] >= now_s for flight in flights)


@pytest.mark.parametrize("asked", [{"begin": 10, "end": 5}, {"begin": 0}, {"end": "now"}])
def test_an_impossible_window_of_true_flights_is_refused(client: Any, asked: dict[str, Any]) -> None:
    assert client.get("/ground-truth/flights", **asked).status_code == 400
