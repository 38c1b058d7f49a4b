"""AWS prices in USD in us-east-1 that the forecast uses, each with its unit.

Source: AWS's public rate cards of 2026-08-09 to 2026-10-02. Other regions differ by up to a third.
"""

from dataclasses import dataclass

AS_OF = "2026-10-02"
REGION = "us-east-1"


@dataclass(frozen=True)
class Price:
    """A price, and the quantity that is free each month.

    Attributes:
        usd: for one unit.
        unit: what is counted.
        free: units a month that cost nothing; an account has them once, for all that it holds.
    """

    usd: float
    unit: str
    free: float = 0

    def of(self, quantity: float) -> float:
        """Return the price of a month's quantity in USD."""
        return max(0.0, quantity - self.free) * self.usd


MILLION = 1_000_000

LAMBDA_COMPUTE = Price(0.0000133334, "GB-s", free=400_000)
LAMBDA_REQUESTS = Price(0.20 / MILLION, "requests", free=MILLION)
SCHEDULER = Price(1.00 / MILLION, "triggers", free=14 * MILLION)
SQS = Price(0.40 / MILLION, "requests", free=MILLION)
EVENTS = Price(1.00 / MILLION, "events")
DYNAMODB_WRITES = Price(0.625 / MILLION, "writes")
DYNAMODB_READS = Price(0.125 / MILLION, "reads")
SECRETS = Price(0.40, "secrets")
KMS_KEYS = Price(1.00, "keys")
KMS_REQUESTS = Price(0.03 / 10_000, "requests", free=20_000)
S3_STANDARD = Price(0.023, "GB-month")
S3_INFREQUENT = Price(0.0125, "GB-month")
S3_ARCHIVE = Price(0.004, "GB-month")
S3_PUTS = Price(0.005 / 1000, "requests")
S3_GETS = Price(0.0004 / 1000, "requests")
S3_TO_INFREQUENT = Price(0.01 / 1000, "objects")
S3_TO_ARCHIVE = Price(0.02 / 1000, "objects")
GLUE_STANDARD = Price(0.308, "DPU-h")
GLUE_FLEX = Price(0.203, "DPU-h")
CRAWLER = Price(0.44, "DPU-h")
ATHENA = Price(5.00, "TB read")
LOGS_IN = Price(0.50, "GB", free=5)
LOGS_STORED = Price(0.03, "GB-month", free=5)
METRICS = Price(0.30, "metrics", free=10)
ALARMS = Price(0.10, "metrics alarmed", free=10)
DASHBOARDS = Price(3.00, "dashboards", free=3)
XRAY = Price(5.00 / MILLION, "traces", free=100_000)
NAT_GATEWAY = Price(0.045, "hours")
TRANSFER_BETWEEN_REGIONS = Price(0.02, "GB")
QUICKSIGHT_AUTHOR = Price(24.00, "authors")
