"""The page: escaped, self-contained, legible without its pictures."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from support.lakes import LakeBuilder, a_rejected, a_state, at
from support.report_lakes import publish_day

from flightlake.commits.record import DayCounts, Unreadable

Page = Callable[[LakeBuilder], str]
EVIL = "<script>alert(1)</script>"


class Elements(HTMLParser):
    """Collects elements with their attributes, and text by the element around it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.texts).replace("\xad", ""))


def test_text_from_the_data_stays_text(builder: LakeBuilder, page: Page) -> None:
    rows = [a_state(callsign=EVIL, origin_country=EVIL), a_state(icao24="a00001", callsign='"><img src=x>')]
    image = '["<img src=x onerror=alert(1)>", "`</code>`"]'
    rejected = [a_rejected(0, ["icao24_form"], raw_row=image), a_rejected(1, [EVIL], raw_key=EVIL)]
    broken = (Unreadable(EVIL, EVIL),)
    publish_day(builder, rows, rejected=rejected, unreadable=broken, counts=DayCounts(4, 2, 2, 0))
    html = page(builder)
    elements = Elements(html)
    assert not elements.named("script")
    assert not elements.named("img")
    assert EVIL in elements.text
    assert image in elements.text


def test_the_page_refers_to_nothing_outside(small_lake: LakeBuilder, page: Page) -> None:
    html = page(small_lake)
    elements = Elements(html)
    for tag in ("script", "link", "img", "image", "iframe", "use", "object", "source", "video"):
        assert not elements.named(tag), tag
    assert [link["href"] for link in elements.named("a")] == ["https://opensky-network.org"]
    addresses = set(re.findall(r"https?://[^\s\"'<>)]+", html))
    assert addresses == {"https://opensky-network.org", "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert not re.search(r"@import|@font-face|url\((?!#)", html)


def test_the_policy_forbids_scripts_and_requests(small_lake: LakeBuilder, page: Page) -> None:
    (policy,) = [meta["content"] for meta in Elements(page(small_lake)).named("meta") if "http-equiv" in meta]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def test_every_picture_has_a_text_alternative_and_its_data(small_lake: LakeBuilder, page: Page) -> None:
    elements = Elements(page(small_lake))
    labels = Counter(str(div.get("aria-label")) for div in elements.named("div") if div.get("role") == "img")
    assert len(elements.named("svg")) == sum(labels.values())
    # The map is drawn once, all else for a phone and for a desktop.
    assert sorted(labels.values()) == [1, 2, 2, 2, 2]
    said = "\n".join(labels).replace("\xa0", " ")
    # Three rows in the air at 10,668 m = 35,000 ft and 230 m/s = 447 kt.
    assert "Up to 3 aircraft in one cell of the map" in said
    assert "2 aircraft in every response" in said
    assert "100 % of the airborne rows are at flight level 280 or above" in said
    assert "Half of the airborne rows are faster than 447 knots" in said
    assert "2 responses on 1 day" in said
    assert len(elements.named("details")) == 5


def test_the_sum_of_the_rows_can_be_read(small_lake: LakeBuilder, page: Page) -> None:
    text = Elements(page(small_lake)).text
    assert "Every one of 5 rows received is accounted for" in text
    assert "Raw rows = Curated + Quarantined + Duplicates" in text
    assert "8 May 2026 5 4 1 0 yes 0" in text


def test_counts_that_do_not_add_up_are_the_heading(builder: LakeBuilder, page: Page) -> None:
    publish_day(builder, [a_state()], counts=DayCounts(7, 1, 0, 0))
    text = Elements(page(builder)).text
    assert "The counts of 1 day do not add up" in text
    assert "8 May 2026 7 1 0 0 no" in text


def test_rules_come_with_counts_and_meaning(small_lake: LakeBuilder, page: Page) -> None:
    text = Elements(page(small_lake)).text
    assert "Quality score 86.67: completeness costs most" in text
    assert re.search(r"callsign_missing No callsign received .*? 80\.00 1 5 completeness warns", text)
    assert "Not six lower-case hex digits." in text


def test_a_lake_without_a_ledger_says_so(small_lake: LakeBuilder, page: Page) -> None:
    assert "There is no ledger of polls in this lake" in Elements(page(small_lake)).text


def test_an_empty_lake_says_what_to_do_next(builder: LakeBuilder, page: Page) -> None:
    text = Elements(page(builder)).text
    assert "Nothing is published in this lake yet" in text
    assert f"flightlake poll --lake {builder.root}" in text
    assert f"flightlake convert --lake {builder.root}" in text


def test_landed_responses_wait_for_a_convert(builder: LakeBuilder, page: Page) -> None:
    builder.land(at("12:00"), b"{}")
    text = Elements(page(builder)).text
    assert "1 response landed and waiting" in text.replace("\xa0", " ")
    assert "flightlake poll" not in text


def test_one_row_makes_a_whole_page(builder: LakeBuilder, page: Page) -> None:
    publish_day(builder, [a_state()])
    text = Elements(page(builder)).text
    assert "One response with 1 aircraft" in text
    assert "No cell of the map held more than one aircraft" in text
    assert "A single response shows no rhythm" in text
    assert "None of 1 rows was rejected" in text


def test_a_row_of_nulls_makes_a_page(builder: LakeBuilder, page: Page) -> None:
    kept = ("icao24", "snapshot_at")
    nulls = {name: None for name in a_state() if name not in kept}
    publish_day(builder, [a_state(**nulls)])
    text = Elements(page(builder)).text
    assert "No row has a position" in text
    assert "No aircraft is attributed to a country" in text
    assert "No aircraft in the air told its altitude" in text


def test_a_day_without_rows_makes_a_page(builder: LakeBuilder, page: Page) -> None:
    publish_day(builder, [], rejected=[a_rejected(0, ["icao24_form"])])
    text = Elements(page(builder)).text
    assert "0 aircraft in 0 responses" in text
    assert "No response left a row" in text
    assert "1 of 1 rows was rejected" in text


def test_a_day_of_polls_stays_small(builder: LakeBuilder, page: Page) -> None:
    start = at("00:00")
    rows = [a_state(snapshot_at=start + timedelta(seconds=90 * number)) for number in range(960)]
    publish_day(builder, rows)
    html = page(builder)
    assert len(html) < 400_000
    assert "Mean aircraft in a response" in html


def test_a_colour_of_a_drawing_is_one_of_the_page(small_lake: LakeBuilder, page: Page) -> None:
    html = page(small_lake)
    drawn = set(re.findall(r'(?:fill|stroke)="([^"]+)"', html))
    assert drawn <= {"none", "transparent", *(colour for colour in drawn if colour.startswith("var(--"))}
    used = set(re.findall(r"var\((--[a-z0-9-]+)\)", html))
    defined = set(re.findall(r"(--[a-z0-9-]+): ", html))
    assert used <= defined


def test_no_number_is_written_in_powers_of_ten(builder: LakeBuilder, page: Page) -> None:
    # 1,300 aircraft at one altitude: axes that reach 100 % and 1,300.
    rows = [
        a_state(icao24=f"{number:06x}", snapshot_at=at(clock)) for number in range(1300) for clock in ("12:00", "12:01")
    ]
    publish_day(builder, rows)
    html = page(builder)
    assert not re.search(r">\d[\d.]*e\+\d", html)
    assert ">100<" in html


def test_ids_are_unique(small_lake: LakeBuilder, page: Page) -> None:
    ids = Counter(attributes["id"] for _, attributes in Elements(page(small_lake)).found if "id" in attributes)
    assert [name for name, times in ids.items() if times > 1] == []


@pytest.mark.parametrize("address", ["", " & <b>"])
def test_the_address_of_the_lake_is_text(tmp_path_factory: pytest.TempPathFactory, page: Page, address: str) -> None:
    builder = LakeBuilder(tmp_path_factory.mktemp("place") / f"lake{address}")
    assert not Elements(page(builder)).named("b")
