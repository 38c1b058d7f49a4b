"""A lake in a folder, and one in a bucket."""

import pytest

from flightlake.lake import Lake
from flightlake.storage.open_lake import open_lake


@pytest.fixture(params=["folder", "aws"])
def lake(request: pytest.FixtureRequest) -> Lake:
    if request.param == "folder":
        return request.getfixturevalue("folder_lake")
    return open_lake(request.getfixturevalue("aws").make_lake_place(), create=True)
