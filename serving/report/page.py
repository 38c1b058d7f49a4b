"""The report as one HTML file, without scripts and without references to anything outside it."""

import shlex
from datetime import UTC, datetime
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from flightlake import __version__
from serving.report import traffic_sections
from serving.report.blocks import Bar, Name, Section
from serving.report.formatting import clock, count, counted, days, score, size
from serving.report.lake import conservation_section, holdings_section, total_counts
from serving.report.map_sections import map_section
from serving.report.polling import polling_section
from serving.report.quality import quality_section, quarantine_section
from serving.report.queries import EmptyLake, Facts


def report_page(facts: Facts | EmptyLake, generated_at: datetime) -> str:
    """Return the whole page as HTML."""
    if isinstance(facts, EmptyLake):
        return _rendered(facts.address, "Nothing is published in this lake yet", _empty_lede(facts), generated_at)
    return _rendered(
        facts.address, _headline(facts), _lede(facts), generated_at, numbers=_numbers(facts), sections=_sections(facts)
    )


def _sections(facts: Facts) -> list[Section]:
    traffic, polling, quality = facts.traffic, facts.polling, facts.quality
    return [
        holdings_section(facts.days, facts.landed),
        conservation_section(facts.days),
        map_section(facts.map, facts.selected),
        traffic_sections.time_section(traffic.snapshots, polling.threshold_s),
        traffic_sections.altitude_section(traffic.altitudes, traffic.median_level),
        traffic_sections.speed_section(traffic.speeds, traffic.median_speed_kt),
        quality_section(quality),
        quarantine_section(quality.reasons, total_counts(facts.selected_days)),
        polling_section(polling, traffic.snapshots),
        traffic_sections.registration_section(traffic),
    ]


def _rendered(
    address: str,
    headline: str,
    lede: list[str],
    generated_at: datetime,
    *,
    numbers: list[tuple[str, str]] | None = None,
    sections: list[Section] | None = None,
) -> str:
    environment = Environment(
        loader=PackageLoader("serving.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.tests["bar"] = lambda cell: isinstance(cell, Bar)
    environment.tests["name"] = lambda cell: isinstance(cell, Name)
    # The style sheet is a file of this program.
    style = Markup((files(__package__) / "style.css").read_text(encoding="utf-8"))  # noqa: S704 - see the line above
    return environment.get_template("page.html.j2").render(
        address=address,
        headline=headline,
        lede=lede,
        numbers=numbers or [],
        sections=sections or [],
        style=style,
        version=__version__,
        generated_at=f"{clock(generated_at.astimezone(UTC))} UTC",
    )


def _headline(facts: Facts) -> str:
    aircraft = counted(facts.traffic.totals.aircraft, "aircraft", "aircraft")
    responses = counted(sum(day.responses for day in facts.selected_days), "response")
    return f"{aircraft} in {responses}, {days(facts.selected)}"


def _lede(facts: Facts) -> list[str]:
    counts, totals = total_counts(facts.selected_days), facts.traffic.totals
    overall = facts.quality.overall
    quality = "Nothing was checked" if overall is None else f"The quality score is {score(overall)}"
    sums = "add up" if counts.adds_up else "do not add up"
    lede = (
        f"{counted(counts.raw_rows, 'row')} were received, {count(counts.curated)} are published, "
        f"{count(counts.quarantined)} quarantined and {count(counts.duplicates)} dropped as duplicates: they {sums}. "
        f"{quality}."
    )
    if len(facts.selected) == len(facts.days):
        return [lede]
    scope = (
        f"The lake holds {counted(len(facts.days), 'day')}; this page is about {len(facts.selected)} of them, "
        f"with {count(totals.rows)} rows. Other days: `flightlake report --date`."
    )
    return [lede, scope]


def _numbers(facts: Facts) -> list[tuple[str, str]]:
    totals, selected = facts.traffic.totals, facts.selected_days
    rows, curated = sum(day.counts.curated for day in selected), sum(day.curated_bytes for day in selected)
    return [
        ("Days", count(len(selected))),
        ("Responses", count(sum(day.responses for day in selected))),
        ("Rows", count(rows)),
        ("Aircraft", count(totals.aircraft)),
        ("Callsigns", count(totals.callsigns)),
        ("Countries", count(totals.countries)),
        ("First response", f"{clock(totals.first_at)} UTC"),
        ("Last response", f"{clock(totals.last_at)} UTC"),
        ("As received", size(sum(day.raw_bytes for day in selected))),
        ("Curated", size(curated)),
    ]


def _empty_lede(facts: EmptyLake) -> list[str]:
    lake = f"--lake {shlex.quote(facts.address)}"
    if facts.landed:
        return [
            f"{counted(facts.landed, 'response')} landed and waiting. Publish them, then ask for the report again:",
            f"flightlake convert {lake}",
            f"flightlake report {lake}",
        ]
    return [
        "No response has landed either. Poll a source or land recorded responses, convert, and ask again:",
        f"flightlake poll {lake}",
        f"flightlake convert {lake}",
        f"flightlake report {lake}",
    ]
