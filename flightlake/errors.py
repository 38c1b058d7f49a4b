"""Errors of flightlake, in a tree whose branches say what the caller should do.

::

    FlightLakeError
    ├── UsageError                 the request makes no sense: say so, exit 2
    ├── InvalidResponseError       a body that is no usable response: keep it as refused, go on
    ├── ContractViolationError     what was made is not what the contract says: stop before publishing
    ├── AuditFailedError           a day does not pass: publish nothing, raise the alarm
    │   ├── ConservationBrokenError   rows would be lost: its counts do not add up, or raw objects are gone
    │   └── QualityTooLowError        its quality score is below the threshold
    ├── SourceError
    │   ├── SourceUnavailableError   may heal by itself: retry later
    │   └── SourceRejectedError      will not heal by itself: do not ask again unchanged
    │       └── SourceThrottledError   asked too often: wait as long as it says
    └── StorageError
        ├── LakeNotFoundError        there is no lake at this place
        ├── ObjectNotFoundError      no such object
        ├── DamagedArchiveError      an archived response is not what was archived
        └── ConflictError            somebody else was first: look again
"""


class FlightLakeError(Exception):
    """Root of all errors that a user or a caller can act on; its text names the place, the value and the way out."""


class UsageError(FlightLakeError):
    """An option or argument that cannot be meant."""


class InvalidResponseError(FlightLakeError):
    """An unusable response body: not JSON, without a usable `time`, or without `states`."""


class ContractViolationError(FlightLakeError):
    """Rows or a schema that differ from the table contract."""


class AuditFailedError(FlightLakeError):
    """A day that must not be published."""


class ConservationBrokenError(AuditFailedError):
    """Rows would be lost: a day's counts do not add up, or raw objects that it was built from are gone."""


class QualityTooLowError(AuditFailedError):
    """A day whose quality score, in percent, is below the threshold."""

    def __init__(self, text: str, *, score: float) -> None:
        super().__init__(text)
        self.score = score


class SourceError(FlightLakeError):
    """A source gave no usable answer."""


class SourceUnavailableError(SourceError):
    """The source did not answer or failed on its side; a later attempt may succeed."""


class SourceRejectedError(SourceError):
    """The source refused the request; the same request will be refused again."""


class SourceThrottledError(SourceRejectedError):
    """The source asks for a pause.

    Attributes:
        retry_after_s: seconds for which no request may be sent.
    """

    def __init__(self, message: str, *, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class StorageError(FlightLakeError):
    """The object store, the catalog or the poll state could not do what was asked."""


class LakeNotFoundError(StorageError):
    """There is no lake at the given place."""


class ObjectNotFoundError(StorageError):
    """The object store has no such key."""


class DamagedArchiveError(StorageError):
    """An archived response whose bytes are not those that were archived."""


class ConflictError(StorageError):
    """A conditional write lost against another writer."""
