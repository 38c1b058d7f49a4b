"""Commands of AWS in the documents: services, operations and options that there are, by AWS's own models."""

import re
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name
from botocore.model import StructureShape

ROOT = Path(__file__).parents[1]
DOCUMENTS = [path for path in sorted((ROOT / "docs").rglob("*.md")) if "aws " in path.read_text()]

OF_THE_CLI = {"query", "output", "max-items", "cli-binary-format", "region"}
"""Options that every command of the AWS CLI takes."""

HIGH_LEVEL = {"stepfunctions": "stepfunctions", "s3api": "s3"}
"""Names by which the CLI calls services, where they differ from botocore's."""


def commands(path: Path) -> list[str]:
    text = path.read_text()
    spans = re.findall(r"`(aws [^`]+)`", text)
    blocks = re.findall(r"^(?:\w+=.*\$\()?(aws [^\n)]+)", text, re.MULTILINE)
    return [re.sub(r"\s+", " ", line) for line in [*spans, *blocks]]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_every_command_of_aws_is_one_that_there_is(path: Path) -> None:
    session = botocore.session.get_session()
    for line in commands(path):
        _, service, operation, *_ = line.split(" ")
        model = session.get_service_model(HIGH_LEVEL.get(service, service))
        operations = {xform_name(name, "-"): name for name in model.operation_names}
        assert operation in operations, line
        shape = model.operation_model(operations[operation]).input_shape
        members = {xform_name(name, "-") for name in shape.members} if isinstance(shape, StructureShape) else set()
        options = set(re.findall(r" --([a-z-]+)", re.sub(r"'[^']*'|\"[^\"]*\"", "", line)))
        assert options <= members | OF_THE_CLI, line


def test_documents_that_name_aws_commands_are_found() -> None:
    assert len(DOCUMENTS) > 8
