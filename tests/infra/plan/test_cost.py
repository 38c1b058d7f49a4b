import re
from dataclasses import replace

import pytest
from support.stacks import ROOT

from glue_jobs.jobs.metrics import vacuum_metrics, verification_metrics
from infra.plan.cost import Holdings, Line, forecast, total_usd, volume
from infra.plan.model import OWN_METRICS, make_plan
from infra.plan.prices import ALARMS, KMS_KEYS, LAMBDA_REQUESTS, S3_STANDARD

NOTHING = Holdings(keys=0, alarmed_metrics=0, dashboards=0, own_metrics=0, secrets=0)


def usd(lines: list[Line], service: str, what: str) -> float:
    (line,) = [line for line in lines if (line.service, line.what) == (service, what)]
    return line.usd


def test_a_price_counts_what_is_free_once() -> None:
    assert KMS_KEYS.of(4) == 4.0
    assert ALARMS.of(9) == 0.0
    assert ALARMS.of(19) == pytest.approx(0.90)
    assert LAMBDA_REQUESTS.of(3_000_000) == pytest.approx(0.40)


@pytest.mark.usefixtures("built_checkout")
@pytest.mark.parametrize(("stack", "limit_usd"), [("dev", 25), ("staging", 60), ("prod", 60)])
def test_the_shipped_stacks_stay_within_what_was_promised_and_their_budgets(stack: str, limit_usd: float) -> None:
    plan = make_plan(stack)
    assert total_usd(plan.lines) < limit_usd
    assert total_usd(plan.lines) <= plan.settings.monthly_budget_usd


@pytest.mark.usefixtures("built_checkout")
def test_the_lines_follow_from_the_plan_by_hand() -> None:
    settings = make_plan("prod").settings
    size = volume(settings)
    assert size.polls == pytest.approx(30_437.5)
    assert size.rows == pytest.approx(280_025_000)
    lines = forecast(settings, NOTHING)
    # 30,437.5 polls of 9,200 rows of 40 bytes are 11.2 GB a month, 0.368 GB a day, 30 days of it in Standard.
    assert usd(lines, "S3", "raw, first 30 days") == pytest.approx(0.368 * 30 * S3_STANDARD.usd)
    assert usd(lines, "S3", "raw, last 120 days") == pytest.approx(0.368 * 120 * 0.004)
    # Four runs a day read a quarter, half, three quarters and all of it: each row 2.5 times, at 15 s a million on one
    # worker beside the driver's; 122 starts of 90 s; two DPUs.
    hours = 2 * (121.75 * 90 + 280.025 * 2.5 * 15) / 3600
    assert usd(lines, "Glue", "convert") == pytest.approx(hours * 0.308)
    assert usd(lines, "Glue", "crawler, daily") == pytest.approx(30.4375 / 3 * 0.44)


@pytest.mark.usefixtures("built_checkout")
def test_each_choice_that_costs_is_seen() -> None:
    settings = make_plan("dev").settings
    base = total_usd(forecast(settings, NOTHING))
    with_network = replace(settings, network_cidr="10.0.0.0/20")
    assert total_usd(forecast(with_network, NOTHING)) - base == pytest.approx(0.045 * 24 * 30.4375)
    with_quicksight = replace(settings, analytics=replace(settings.analytics, has_quicksight=True))
    assert total_usd(forecast(with_quicksight, NOTHING)) - base == pytest.approx(24)
    with_copies = replace(settings, replica_region="us-west-2")
    assert total_usd(forecast(with_copies, NOTHING)) > base


def test_own_metrics_are_counted_from_the_code() -> None:
    poller = (ROOT / "ingestion" / "aws_lambda" / "invocation.py").read_text()
    jobs = (ROOT / "glue_jobs" / "jobs" / "metrics.py").read_text()
    polls = set(re.findall(r'add_metric\(\s*"(\w+)"', poller)) | set(re.findall(r'\("(Polls\w+)", ', poller))
    sent = polls | {"ColdStart"} | set(re.findall(r'Metric\("(\w+)"', jobs))
    assert {metric.name for metric in [*vacuum_metrics([]), *verification_metrics(verified=0, differing=0)]} <= sent
    assert len(sent) == OWN_METRICS


@pytest.mark.usefixtures("built_checkout")
def test_the_readme_states_the_forecast() -> None:
    text = (ROOT / "README.md").read_text()
    for stack in ("dev", "prod"):
        assert f"{total_usd(make_plan(stack).lines):.2f} USD for `{stack}`" in text
