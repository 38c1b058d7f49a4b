"""`make plan`, as people, pull requests and programs read it."""

import json
from pathlib import Path

import pytest

from infra.config.settings import STACKS
from infra.plan import model
from infra.plan.show import main

pytestmark = pytest.mark.usefixtures("built_checkout")


@pytest.mark.parametrize("stack", STACKS)
def test_a_plan_shows_resources_rights_cost_and_differences(stack: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([stack]) == 0
    text = capsys.readouterr().out
    assert "note: openskyClientId and openskyClientSecret are not set yet" in text
    assert f"Function flightlake-{stack}-poller" in text
    assert "who may do what" in text
    assert f"dynamodb:table/flightlake-{stack}-poll-state" in text
    assert f"alias/flightlake-{stack}-raw" in text
    assert "within the budget of" in text
    assert "flightlake:pollIntervalSeconds" in text
    assert "…" not in text
    assert max(map(len, text.splitlines())) <= 120


def test_for_a_pull_request_it_fits_into_a_comment(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prod", "--format", "markdown"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("### Plan of stack `prod`: ")
    assert "| Glue | crawler, daily |" in text
    assert len(text) < 65_000


def test_for_programs_it_is_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dev", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["cost"]["usd"] < 25
    assert document["others"].keys() == {"staging", "prod"}
    assert any(entry["physical_name"] == "flightlake-dev-poll-state" for entry in document["resources"])


def test_a_refused_setting_is_told_without_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for stack in STACKS:
        text = (model.ROOT / f"Pulumi.{stack}.yaml").read_text()
        (tmp_path / f"Pulumi.{stack}.yaml").write_text(text.replace('"90"  ', '"900"'))
    monkeypatch.setattr(model, "ROOT", tmp_path)
    assert main(["dev"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: Pulumi.dev.yaml: flightlake:minQualityPercent is '900': give percent from 0 to 100")
    assert main(["test"]) == 2
    assert "error: there is no stack 'test'; choose from dev, staging, prod" in capsys.readouterr().err
    (tmp_path / "Pulumi.dev.yaml").write_text("config: [")
    assert main(["dev"]) == 2
    assert "Pulumi.dev.yaml holds no `config`" in capsys.readouterr().err
