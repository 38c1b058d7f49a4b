"""Settings of a stack: the shipped files are valid, and invalid values are refused with a remedy."""

import re
import subprocess
import sys

import pytest
from support.stacks import PLANTED, ROOT, shipped_config

from flightlake.errors import UsageError
from flightlake.opensky.quota import fastest_interval_s
from infra.config.config_reader import NAMESPACE
from infra.config.settings import STACKS, Settings


def settings_with(stack: str = "dev", **changes: str | None) -> Settings:
    config = shipped_config(stack)
    for key, value in changes.items():
        full = "aws:region" if key == "region" else f"{NAMESPACE}:{key}"
        config.pop(full, None)
        if value is not None:
            config[full] = value
    return Settings.from_config(stack, config)


def test_dev_polls_a_box_each_thirty_seconds_as_a_free_account_may() -> None:
    plan = settings_with("dev").polling.plan
    assert (plan.tier.name, plan.interval_s, plan.cost_credits) == ("standard", 30, 1)
    assert plan.box is not None
    assert plan.box.area_deg2 <= 25


@pytest.mark.parametrize("stack", ["staging", "prod"])
def test_the_globe_is_polled_at_the_fastest_that_its_tier_allows(stack: str) -> None:
    plan = settings_with(stack).polling.plan
    assert plan.box is None
    assert plan.interval_s == fastest_interval_s(plan.tier, 4) == 86.4


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"box": "", "pollIntervalSeconds": "30"},
            r"pollIntervalSeconds is '30': tier standard cannot .* fastest possible interval is 86.4 s",
        ),
        ({"pollIntervalSeconds": "9"}, r"pollIntervalSeconds is '9': give seconds from 10 to 86400"),
        ({"pollIntervalSeconds": "soon"}, r"pollIntervalSeconds is 'soon': give seconds"),
        ({"pollIntervalSeconds": "nan"}, r"pollIntervalSeconds is 'nan': give seconds"),
        ({"box": "47,5,45,10"}, r"box is '47,5,45,10': .*latitudes need -90 <= lamin < lamax <= 90"),
        ({"tier": "standrad"}, r"tier is 'standrad': give one of .*; did you mean standard\?"),
        (
            {"openskyClientSecret": None},
            r"pulumi config set --secret flightlake:openskyClientSecret SECRET; or set tier",
        ),
        ({"openskyClientId": ""}, r"pulumi config set flightlake:openskyClientId ID"),
        ({"region": "us-east-7"}, r"aws:region is 'us-east-7': AWS Glue is in no such region; did you mean us-east-"),
        ({"region": None}, r"aws:region is not set; give a region such as us-east-1"),
        (
            {"rawExpireDays": "7"},
            r"rawExpireDays is '7': raw responses must outlive vacuumAfterDays \(7\).*give 8 or more",
        ),
        ({"rawExpireDays": "149"}, r"rawExpireDays is '149': the archive bills 90 days at least; give 150 or more"),
        ({"rawArchiveDays": "59"}, r"rawArchiveDays is '59': give days, whole, from 60"),
        ({"rawInfrequentAccessDays": "29"}, r"rawInfrequentAccessDays is '29': give days, whole, from 30"),
        ({"logDays": "15"}, r"logDays is '15': give one of 1, 3, 5, 7, 14"),
        ({"workerType": "G.4X"}, r"workerType is 'G.4X': Flex takes G.1X or G.2X; or set flex to false"),
        ({"workerCount": "1"}, r"workerCount is '1': give workers, whole, from 2"),
        ({"convertEveryHours": "5"}, r"convertEveryHours is '5': give one of 1, 2, 3, 4, 6, 8, 12, 24"),
        ({"flex": "yes"}, r"flex is 'yes': give one of true, false"),
        ({"minQualityPercent": "101"}, r"minQualityPercent is '101': give percent from 0 to 100"),
        ({"quicksight": "true"}, r"quicksight is 'true': without quicksightPrincipalArn nobody could see it"),
        (
            {"replicaRegion": "us-east-1"},
            r"replicaRegion is 'us-east-1': a copy in the stack's own region is lost with it",
        ),
        ({"replicaRegion": "mars-1"}, r"replicaRegion is 'mars-1': AWS Glue is in no such region"),
        ({"networkCidr": "10.0.0.0/8"}, r"networkCidr is '10.0.0.0/8': give a range such as 10.20.0.0/20"),
        ({"githubRepository": "lake"}, r"githubRepository is 'lake': give owner/name"),
        ({"alarmEmail": "nobody"}, r"alarmEmail is 'nobody': give a mail address"),
        ({"owner": None}, r"flightlake:owner is not set; give the team responsible for this stack"),
        ({"pollIntervalSecond": "30"}, r"no setting flightlake:pollIntervalSecond; did you mean pollIntervalSeconds\?"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_is_impossible_is_refused_with_key_value_and_what_would_work(
    changes: dict[str, str | None], words: str
) -> None:
    with pytest.raises(UsageError, match=rf"^Pulumi\.dev\.yaml: .*{words}"):
        settings_with(**changes)


def test_a_stack_that_there_is_not_is_refused() -> None:
    with pytest.raises(UsageError, match="no stack 'test'; choose from dev, staging, prod"):
        Settings.from_config("test", shipped_config("dev"))


def test_the_secret_is_not_shown() -> None:
    assert PLANTED not in repr(settings_with())


@pytest.mark.parametrize("stack", STACKS)
def test_every_setting_stands_in_the_file_with_its_explanation(stack: str) -> None:
    text = (ROOT / f"Pulumi.{stack}.yaml").read_text()
    reads = (ROOT / "infra" / "config").glob("*.py")
    pattern = r'reader\.(?:text|optional_text|choice|flag|number|count|optional_region)\(\s*"(\w+)"'
    keys = {key for path in reads for key in re.findall(pattern, path.read_text())}
    assert len(keys) > 25
    for key in keys:
        (line,) = re.findall(rf"^  (?:# )?flightlake:{key}\b.*$", text, re.MULTILINE)
        assert re.search(r"\s# \S.{8,}", line), line


def test_importing_reads_neither_environment_nor_files() -> None:
    """Every module of infra is imported in a process that records opened files and variables that are read."""
    program = """
import os, sys
import pulumi, pulumi_aws, botocore.session, sqlglot.optimizer.qualify, rich.console, yaml, boto3, rich.tree
asked = []
class Watched(dict):
    def __getitem__(self, key): asked.append(key); return super().__getitem__(key)
    def get(self, key, default=None): asked.append(key); return super().get(key, default)
os.environ = Watched(os.environ)
def hook(event, arguments):
    if event == "open" and not str(arguments[0]).endswith((".py", ".pyc", ".so")) and arguments[1] == "r":
        asked.append(str(arguments[0]))
sys.addaudithook(hook)
import importlib, pkgutil, infra
for module in pkgutil.walk_packages(infra.__path__, "infra."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
marks = ("FLIGHTLAKE", "PULUMI_CONFIG", "/sql/", ".yaml", "/dist/")
print([what for what in asked if any(mark in what for mark in marks)])
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr
