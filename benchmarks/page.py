"""Write docs/performance.md: the prose of `performance.md.in`, and what the benchmarks found, with pictures.

    .venv/bin/python -m benchmarks.page

What the last runs left under dist/benchmarks/ goes into docs/performance/figures.json first, which is committed, so
that the page can be made again, and checked, without measuring. With BENCH_SIZE=small the page goes to
dist/benchmarks/small/ and nothing that is published changes.
"""

import json
import re
import shutil
import sys
from dataclasses import asdict
from pathlib import Path

import altair as alt
import vl_convert
from jinja2 import Environment, StrictUndefined

from benchmarks.findings import FOLDER, MET, ROOT, Curve, Finding, Row, folder, from_document, is_small

TEMPLATE = Path(__file__).with_name("performance.md.in")
PUBLISHED = ROOT / "docs"
HEAD = "| what | ours | peer | ratio | target | met |\n|---|---|---|---|---|---|\n"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"


def stored(docs: Path = PUBLISHED) -> dict[str, Finding]:
    """Return the committed findings by benchmark."""
    path = docs / "performance" / "figures.json"
    documents = json.loads(path.read_text()) if path.exists() else []
    return {document["benchmark"]: from_document(document) for document in documents}


def measured(where: Path) -> dict[str, Finding]:
    """Return the findings of the last runs by benchmark."""
    found = [from_document(json.loads(path.read_text())) for path in sorted(where.glob("*.json"))]
    return {finding.benchmark: finding for finding in found}


def page(found: dict[str, Finding]) -> str:
    """Return the page; a benchmark without figures is named as such."""
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)
    template = environment.from_string(TEMPLATE.read_text())
    return template.render(summary=_summary(found), findings=lambda name: _section(name, found.get(name)))


def picture_name(benchmark: str, curve: Curve) -> str:
    """Return the file of a curve within docs/performance/."""
    return f"{benchmark}-{re.sub(r'[^a-z0-9]+', '-', curve.title.lower()).strip('-')}.svg"


def picture(curve: Curve) -> str:
    """Return a curve as SVG, readable on light and dark pages."""
    rows = [{"series": series, "x": x, "y": y} for series, x, y in curve.points]
    base = alt.Chart(alt.InlineData(values=rows), width=640, height=280, title=curve.title).encode(
        x=alt.X("x:Q", title=curve.x_title),
        y=alt.Y("y:Q", title=curve.y_title, scale=alt.Scale(zero=True)),
        color=alt.Color("series:N", title=None, sort=None, scale=alt.Scale(scheme="tableau10")),
    )
    chart = alt.layer(base.mark_line(strokeWidth=1.75), base.mark_circle(size=40, opacity=1))
    config = {"font": FONT, "background": "white", "view": {"stroke": None}, "legend": {"orient": "bottom"}}
    version = re.sub(r"^v(\d+\.\d+).*", r"\1", alt.SCHEMA_VERSION)
    return str(vl_convert.vegalite_to_svg(chart.to_dict() | {"config": config, "padding": 12}, vl_version=version))


def write(found: dict[str, Finding], docs: Path) -> Path:
    """Write figures, pictures and page under a folder, and return the page's path."""
    pictures = docs / "performance"
    shutil.rmtree(pictures, ignore_errors=True)
    pictures.mkdir(parents=True)
    documents = [asdict(finding) for finding in found.values()]
    (pictures / "figures.json").write_text(json.dumps(documents, indent=1, ensure_ascii=False) + "\n")
    for name, finding in found.items():
        for curve in finding.curves:
            (pictures / picture_name(name, curve)).write_text(picture(curve) + "\n")
    path = docs / "performance.md"
    path.write_text(page(found))
    return path


def main() -> None:
    docs = folder() if is_small() else PUBLISHED
    found = measured(folder()) if is_small() else stored() | measured(FOLDER)
    path = write(dict(sorted(found.items())), docs)
    sys.stdout.write(f"{path.relative_to(ROOT)}: {len(found)} benchmarks\n")


def _summary(found: dict[str, Finding]) -> str:
    rows = [row for finding in found.values() for row in finding.rows if row.target]
    return HEAD + "".join(map(_line, rows))


def _section(name: str, finding: Finding | None) -> str:
    if finding is None:
        return f"Not measured yet: `.venv/bin/python -m benchmarks.{name}`.\n"
    machine = ", ".join(f"{what} {value}" for what, value in finding.machine.items())
    parts = [f"`{finding.command}`, {finding.measured_on}; {machine}.\n", HEAD + "".join(map(_line, finding.rows))]
    parts += [f"![{curve.title}](performance/{picture_name(name, curve)})\n" for curve in finding.curves]
    if finding.notes:
        parts.append("".join(f"- {note}\n" for note in finding.notes))
    return "\n".join(parts)


def _line(row: Row) -> str:
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    cells = (row.what, row.ours, row.peer, ratio, row.target, MET[row.is_met])
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |\n"


if __name__ == "__main__":
    main()
