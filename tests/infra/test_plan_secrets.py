"""A plan is read by everybody: it shows no secret, wherever that was left lying."""

import json
from pathlib import Path

import pytest
from support.canaries import Search, canary

from infra import planning
from infra.plan import main as plan
from infra.settings import STACKS


@pytest.mark.usefixtures("built_checkout")
@pytest.mark.parametrize("form", ["text", "markdown", "json"])
def test_a_plan_shows_no_secret_even_of_a_stack_file_that_holds_it_in_plain(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    secret, key = canary(), canary()
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key)
    for name in STACKS:
        text = (planning.ROOT / f"Pulumi.{name}.yaml").read_text()
        client = f"  flightlake:openskyClientId: me\n  flightlake:openskyClientSecret: {json.dumps(secret)}\n"
        (tmp_path / f"Pulumi.{name}.yaml").write_text(text.rstrip("\n") + "\n" + client)
    monkeypatch.setattr(planning, "ROOT", tmp_path)
    assert plan(["prod", "--format", form]) == 0
    told = capsys.readouterr()
    assert "are not set yet" not in told.out
    assert Search({"client": secret, "key": key}).in_all({"plan": told.out, "errors": told.err}) == {}
