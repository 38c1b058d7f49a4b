"""Plans show no secret, not even one in plain text in a stack's file or in the environment."""

import json
from pathlib import Path

import pytest
from support.planted_secrets import Search, new_secret

from infra.config.settings import STACKS
from infra.plan import model
from infra.plan.show import main as plan


@pytest.mark.usefixtures("built_checkout")
@pytest.mark.parametrize("form", ["text", "markdown", "json"])
def test_a_plan_shows_no_secret_even_of_a_stack_file_that_holds_it_in_plain(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    secret, key = new_secret(), new_secret()
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key)
    for name in STACKS:
        text = (model.ROOT / f"Pulumi.{name}.yaml").read_text()
        client = f"  flightlake:openskyClientId: me\n  flightlake:openskyClientSecret: {json.dumps(secret)}\n"
        (tmp_path / f"Pulumi.{name}.yaml").write_text(text.rstrip("\n") + "\n" + client)
    monkeypatch.setattr(model, "ROOT", tmp_path)
    assert plan(["prod", "--format", form]) == 0
    output = capsys.readouterr()
    assert "are not set yet" not in output.out
    assert Search({"client": secret, "key": key}).in_all({"plan": output.out, "errors": output.err}) == {}
