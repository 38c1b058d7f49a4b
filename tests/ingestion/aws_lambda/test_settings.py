import pytest

from flightlake.errors import UsageError
from flightlake.opensky.bounding_box import Box
from ingestion.aws_lambda.settings import PollerSettings

ENOUGH = {"FLIGHTLAKE_LAKE": "s3://a-lake/lake", "FLIGHTLAKE_INTERVAL_S": "900"}


def test_little_is_enough() -> None:
    settings = PollerSettings.from_environment(ENOUGH)
    assert settings.lake == "s3://a-lake/lake"
    assert (settings.plan.tier.name, settings.plan.box, settings.plan.interval_s) == ("anonymous", None, 900.0)
    assert settings.service.base_url == "https://opensky-network.org"
    assert (settings.secret_id, settings.event_bus, settings.service_name) == (None, None, "flightlake-poller")


def test_everything_can_be_said() -> None:
    settings = PollerSettings.from_environment(
        {
            "FLIGHTLAKE_LAKE": "s3://a-lake",
            "FLIGHTLAKE_INTERVAL_S": "30",
            "FLIGHTLAKE_TIER": "feeder",
            "FLIGHTLAKE_BOX": "45,5,50,10",
            "FLIGHTLAKE_SOURCE_URL": "http://127.0.0.1:8000/",
            "FLIGHTLAKE_SECRET_ID": "arn:secret",
            "FLIGHTLAKE_EVENT_BUS": "default",
            "POWERTOOLS_SERVICE_NAME": "flightlake-dev",
        }
    )
    assert settings.plan.tier.name == "feeder"
    assert settings.plan.box == Box(45, 5, 50, 10)
    assert settings.service.base_url == "http://127.0.0.1:8000"
    assert (settings.secret_id, settings.event_bus) == ("arn:secret", "default")
    assert settings.service_name == "flightlake-dev"


def test_with_a_secret_the_tier_is_standard() -> None:
    settings = PollerSettings.from_environment(ENOUGH | {"FLIGHTLAKE_SECRET_ID": "arn", "FLIGHTLAKE_INTERVAL_S": "90"})
    assert settings.plan.tier.name == "standard"


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"FLIGHTLAKE_LAKE": " "}, "FLIGHTLAKE_LAKE is not set; for example FLIGHTLAKE_LAKE=s3://"),
        ({"FLIGHTLAKE_INTERVAL_S": ""}, "FLIGHTLAKE_INTERVAL_S is not set"),
        ({"FLIGHTLAKE_INTERVAL_S": "often"}, "'often'; give seconds"),
        ({"FLIGHTLAKE_TIER": "gold"}, "'gold' is unknown"),
        ({"FLIGHTLAKE_TIER": "standard"}, "set FLIGHTLAKE_SECRET_ID too"),
        ({"FLIGHTLAKE_BOX": "here"}, "'here' is not four numbers"),
        ({"FLIGHTLAKE_SOURCE_URL": "here"}, "'here' is no address"),
        ({"FLIGHTLAKE_INTERVAL_S": "90"}, "tier anonymous cannot poll the globe every 90 s.*864 s"),
    ],
)
def test_what_cannot_be_meant_is_named(changes: dict[str, str], complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        PollerSettings.from_environment(ENOUGH | changes)
