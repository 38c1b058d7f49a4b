import runpy
from pathlib import Path

import pytest

from flightlake.data_dictionary import data_dictionary

PAGE = Path(__file__).parents[2] / "docs" / "data-dictionary.md"


def test_the_page_is_that_of_the_contract() -> None:
    assert PAGE.read_text(encoding="utf-8") == data_dictionary(), "run `make docs`"


def test_the_page_tells_columns_units_and_rules() -> None:
    page = data_dictionary()
    assert "| `baro_altitude_m` | double | m | 7 | barometric altitude above the 1013.25 hPa level |" in page
    assert "| `snapshot_date` | date |  |  | partition: UTC day of snapshot_at |" in page
    assert "| `row_length` | validity | reject | `true` |" in page
    assert "location 's3://BUCKET/PREFIX/curated/states/'" in page


def test_the_module_prints_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(PAGE.parents[1] / "flightlake" / "data_dictionary.py"), run_name="__main__")
    assert capsys.readouterr().out == PAGE.read_text(encoding="utf-8")
