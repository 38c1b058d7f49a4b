"""Location of the lake that a command works on, resolved once from --lake or --stack."""

from dataclasses import dataclass

from flightlake.lake import Lake
from flightlake.storage.open_lake import open_lake


@dataclass(frozen=True)
class LakeLocation:
    """Address of a lake and the names that belong to it on AWS; None for the environment's or the default one.

    Attributes:
        database: Glue database.
        poll_state_table: DynamoDB table of the poll state.
        region: AWS region.
        secret_id: secret that holds the OpenSky account.
    """

    address: str
    database: str | None = None
    poll_state_table: str | None = None
    region: str | None = None
    secret_id: str | None = None

    def open(self, *, create: bool = False) -> Lake:
        """Return the lake; with `create` an empty place becomes one.

        Raises:
            UsageError: the address is neither a path nor an `s3://` address.
            StorageError: there is no lake, or it cannot be reached.
        """
        return open_lake(
            self.address,
            create=create,
            database=self.database,
            poll_state_table=self.poll_state_table,
            region=self.region,
        )
