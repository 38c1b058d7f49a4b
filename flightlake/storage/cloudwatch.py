"""Send figures to CloudWatch."""

import logging
from collections.abc import Sequence
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from flightlake.metrics import NAMESPACE, Metric

_CLIENT = Config(connect_timeout=5, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 3})

logger = logging.getLogger(__name__)


def send_metrics(service: str, metrics: Sequence[Metric], *, client: Any = None) -> None:
    """Send metrics under a service's name; a refusal is only logged.

    Args:
        service: the dimension by which stacks are told apart.
        metrics: at most a thousand.
        client: boto3's client of CloudWatch; None for one of this machine's account.
    """
    data = [
        {
            "MetricName": metric.name,
            "Value": metric.value,
            "Unit": metric.unit,
            "Dimensions": [{"Name": "service", "Value": service}],
        }
        for metric in metrics
    ]
    try:
        cloudwatch = client if client is not None else boto3.client("cloudwatch", config=_CLIENT)
        cloudwatch.put_metric_data(Namespace=NAMESPACE, MetricData=data)
    except (ClientError, BotoCoreError) as error:
        logger.warning("metrics not sent: %s", error)
