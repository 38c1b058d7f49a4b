"""A figure that is watched."""

from dataclasses import dataclass
from typing import Literal

NAMESPACE = "Flightlake"
"""Under which CloudWatch keeps the lake's metrics, the poller's and the jobs'."""

Unit = Literal["Count", "Percent", "Seconds", "Bytes"]


@dataclass(frozen=True)
class Metric:
    """One figure at one moment, by CloudWatch's names of units."""

    name: str
    value: float
    unit: Unit = "Count"
