"""Names and ARNs of resources as pure functions of stack, account and region, known before they exist.

Names that are known beforehand let roles be granted to single resources without waiting for them, and a preview show
whole policies.
"""

import re
from dataclasses import dataclass

PROJECT = "flightlake"

_NAME = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True)
class Names:
    """Names of one stack's resources in one account and region.

    >>> names = Names("dev", "111122223333", "us-east-1")
    >>> names.named("poller"), names.bucket("raw"), names.database
    ('flightlake-dev-poller', 'flightlake-dev-raw-111122223333-us-east-1', 'flightlake_dev')
    >>> names.arn("sqs", names.named("ticks"))
    'arn:aws:sqs:us-east-1:111122223333:flightlake-dev-ticks'
    """

    stack: str
    account: str
    region: str

    @property
    def service(self) -> str:
        """Name of the stack's lake in logs, metrics and traces."""
        return f"{PROJECT}-{self.stack}"

    @property
    def database(self) -> str:
        """Name of the Glue database; Athena wants underscores."""
        return f"{PROJECT}_{self.stack}"

    def named(self, what: str) -> str:
        """Return the name of a resource that is unique within an account and region."""
        if _NAME.fullmatch(what) is None:
            raise ValueError(f"{what!r} cannot be part of a name: lower-case letters, digits and hyphens")
        return f"{self.service}-{what}"

    def bucket(self, what: str, region: str | None = None) -> str:
        """Return the globally unique name of a bucket."""
        return f"{self.named(what)}-{self.account}-{region or self.region}"

    def bucket_arn(self, what: str, region: str | None = None) -> str:
        """Return the ARN of a bucket."""
        return f"arn:aws:s3:::{self.bucket(what, region)}"

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of a resource of this account and region, such as `table/x` of `dynamodb`."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"

    def global_arn(self, service: str, resource: str) -> str:
        """Return the ARN of a resource that belongs to no region, such as `role/x` of `iam`."""
        return f"arn:aws:{service}::{self.account}:{resource}"

    def role_arn(self, what: str) -> str:
        """Return the ARN of one of the stack's roles, by its short name."""
        return self.global_arn("iam", f"role/{self.service}-{what}")
