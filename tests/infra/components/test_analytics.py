from collections.abc import Mapping

import pytest
from support.stacks import ROOT

from flightlake.schema.sql_files import sql_files
from infra.config.settings import STACKS
from infra.plan.recorder import Recording

NAMED = "aws:athena/namedQuery:NamedQuery"
PREPARED = "aws:athena/preparedStatement:PreparedStatement"


@pytest.mark.parametrize("stack", STACKS)
def test_nobody_can_read_more_or_leave_answers_elsewhere(recordings: Mapping[str, Recording], stack: str) -> None:
    inputs = recordings[stack].named("aws:athena/workgroup:Workgroup", "analysis").inputs
    configuration = inputs["configuration"]
    assert configuration["enforceWorkgroupConfiguration"] is True
    assert configuration["bytesScannedCutoffPerQuery"] == 10_000_000_000
    assert configuration["engineVersion"] == {"selectedEngineVersion": "Athena engine version 3"}
    result = configuration["resultConfiguration"]
    assert result["outputLocation"] == f"s3://flightlake-{stack}-athena-results-111122223333-us-east-1/"
    assert result["encryptionConfiguration"]["encryptionOption"] == "SSE_KMS"
    assert inputs["forceDestroy"] is (stack != "prod")


def test_every_query_and_check_is_saved(recordings: Mapping[str, Recording]) -> None:
    found = {resource.name for resource in recordings["dev"].of_type(NAMED)}
    assert found == {*sql_files("queries"), *sql_files("checks"), "published_1", "published_2", "published_3"}


def test_a_parameter_becomes_a_question_mark_that_the_description_explains(
    recordings: Mapping[str, Recording],
) -> None:
    query = recordings["dev"].named(NAMED, "aircraft_track").inputs
    assert ":flight_date" not in query["query"]
    assert query["query"].count("?") == 2
    assert "?1 flight_date (date, default the newest day); ?2 icao24 (string" in query["description"]
    prepared = recordings["dev"].named(PREPARED, "aircraft_track").inputs
    assert (prepared["queryStatement"], prepared["workgroup"]) == (query["query"], "flightlake-dev-analysis")


def test_the_published_queries_are_saved_unchanged(recordings: Mapping[str, Recording]) -> None:
    published = (ROOT / "sql" / "published.sql").read_text()
    for number in (1, 2, 3):
        text = recordings["dev"].named(NAMED, f"published_{number}").inputs["query"]
        assert text in published
