"""No role, even if taken over, can destroy data that cannot be recovered."""

from collections.abc import Iterator, Mapping

import pytest

from infra.config.settings import STACKS
from infra.plan.model import statements
from infra.plan.recorder import Recording

FOR_GOOD = {
    *("s3:DeleteObjectVersion", "s3:PutBucketVersioning", "s3:PutLifecycleConfiguration", "s3:DeleteBucket"),
    *("s3:PutBucketPolicy", "s3:DeleteBucketPolicy", "s3:PutReplicationConfiguration", "s3:BypassGovernanceRetention"),
    *("kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:PutKeyPolicy", "dynamodb:DeleteTable", "glue:DeleteTable"),
    *("glue:DeleteDatabase", "logs:DeleteLogGroup", "cloudwatch:DeleteAlarms", "cloudwatch:DisableAlarmActions"),
}
"""Actions that remove versions, keys, tables, logs or alarms."""


def granted(recording: Recording) -> Iterator[tuple[str, str, str]]:
    """Yield role, action and resource of each grant; `deploy`, which has an administrator's power, is left out."""
    for role, statement in statements(recording):
        actions, resources = statement["Action"], statement["Resource"]
        for action in [actions] if isinstance(actions, str) else actions:
            for resource in [resources] if isinstance(resources, str) else resources:
                if not role.endswith("-deploy"):
                    yield role, action, resource


@pytest.mark.parametrize("stack", STACKS)
def test_no_role_deletes_what_was_received(recordings: Mapping[str, Recording], stack: str) -> None:
    grants = list(granted(recordings[stack]))
    deleting = [(role, resource) for role, action, resource in grants if action.startswith("s3:Delete")]
    assert deleting
    assert [grant for grant in deleting if "-raw-" in grant[1] or "/commits/" in grant[1] or grant[1] == "*"] == []
    assert any("-raw-" in resource for _, action, resource in grants if action == "s3:PutObject")


@pytest.mark.parametrize("stack", STACKS)
def test_no_role_undoes_versions_keys_tables_or_alarms(recordings: Mapping[str, Recording], stack: str) -> None:
    assert [grant for grant in granted(recordings[stack]) if grant[1] in FOR_GOOD] == []
