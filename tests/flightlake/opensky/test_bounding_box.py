import pytest

from flightlake.errors import UsageError
from flightlake.opensky.bounding_box import Box


def test_a_box_is_written_in_the_order_of_opensky() -> None:
    box = Box.parse("45.8389, 5.9962,47.8229,10.5226")
    assert box == Box(lamin=45.8389, lomin=5.9962, lamax=47.8229, lomax=10.5226)
    assert box.query() == {"lamin": "45.8389", "lomin": "5.9962", "lamax": "47.8229", "lomax": "10.5226"}
    assert str(box) == "45.8389,5.9962,47.8229,10.5226"


@pytest.mark.parametrize(
    ("box", "area_deg2"),
    [
        (Box(0, 0, 5, 5), 25.0),
        (Box(0.1, 0.1, 5.1, 5.1), 25.0),  # 24.999999999999996 in floats
        (Box(-90, -180, 90, 180), 64_800.0),
        (Box(-0.5, -0.5, 0.5, 0.5), 1.0),
    ],
)
def test_the_area_is_in_square_degrees(box: Box, area_deg2: float) -> None:
    assert box.area_deg2 == area_deg2


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "not four numbers"),
        ("1,2,3", "not four numbers"),
        ("1,2,3,4,5", "not four numbers"),
        ("a,b,c,d", "not four numbers"),
        ("47,5,45,10", "lamin < lamax"),
        ("45,5,45,10", "lamin < lamax"),
        ("-91,5,45,10", "-90"),
        ("45,5,90.1,10", "90"),
        ("nan,5,45,10", "lamin"),
        ("1,5,inf,10", "lamax"),
        ("45,10,47,5", "two boxes"),
        ("45,170,47,-170", "two boxes"),
        ("45,-181,47,5", "-180"),
        ("45,5,47,nan", "lomax"),
    ],
)
def test_what_is_no_box_is_refused_with_the_order_of_its_corners(text: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint) as refusal:
        Box.parse(text)
    assert "lamin,lomin,lamax,lomax" in str(refusal.value)
