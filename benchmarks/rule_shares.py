"""What the rules say of every recorded response: rows checked and failed by rule, and the scores.

    .venv/bin/python -m benchmarks.rule_shares [RECORDED_FOLDER]

Every rule's share is printed; the page shows the scores, and the rules by which rows were rejected. It takes 7 s.
"""

import sys
from collections import Counter
from pathlib import Path

from benchmarks.findings import Row, report
from flightlake.opensky.decoder import parse_response
from flightlake.quality.evaluate import evaluate
from flightlake.quality.rules import REJECTING
from flightlake.quality.scores import RuleCount, scores
from ingestion.response_files import read_body

RECORDED = Path(__file__).parents[2] / "shared" / "data" / "opensky"


def main() -> None:
    folder = Path(*sys.argv[1:2]) if len(sys.argv) > 1 else RECORDED
    files = sorted(folder.rglob("*.json.gz"))
    if not files:
        sys.exit(f"no recorded responses (*.json.gz) under {folder}; name a folder that holds some")
    checked: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    row_count = rejected_count = 0
    for path in files:
        judgement = evaluate(parse_response(read_body(path)))
        row_count += judgement.row_count
        rejected_count += len(judgement.rejections)
        for name, count in judgement.counts.items():
            checked[name] += count.checked_count
            failed[name] += count.failed_count
    scored = scores({name: RuleCount(checked[name], failed[name]) for name in checked})
    for score in scored:
        name = score.rule or score.dimension or "overall"
        shown = "never checked" if score.score is None else f"{score.score:.3f}"
        print(f"{name:28} {score.severity or '':7} {score.checked_count:>10,} {score.failed_count:>8,}  {shown}")
    share = 100 * rejected_count / row_count
    what = f"{row_count:,} recorded rows in {len(files)} responses: rejected"
    rows = [shown_only(what, f"{rejected_count} ({share:.4f} %)")]
    rows += [shown_only(f"rejected: {rule.name}", f"{failed[rule.name]}") for rule in REJECTING if failed[rule.name]]
    rows += [
        shown_only(f"score: {score.dimension or 'overall'}", f"{score.score:.2f} %")
        for score in scored
        if score.rule is None and score.score is not None
    ]
    report("rule_shares", rows)


def shown_only(what: str, value: str) -> Row:
    return Row(what, value, "", None, "", None)


if __name__ == "__main__":
    main()
