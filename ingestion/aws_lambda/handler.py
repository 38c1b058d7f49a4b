"""AWS Lambda handler of the poller: it wires the adapters of `invocation`.

Importing it reads and opens nothing; the first invocation builds what all later ones share.
"""

import gc
import logging
import os
from collections.abc import Callable
from functools import cache, partial
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config

from flightlake.clock import SystemClock
from flightlake.metrics import NAMESPACE
from flightlake.ports import Clock
from flightlake.storage.open_lake import open_lake
from ingestion.aws_lambda.events import send_ingested_event
from ingestion.aws_lambda.invocation import Invocation, Reporter, SendEvent, Summary
from ingestion.aws_lambda.settings import PollerSettings
from ingestion.opensky.account_secret import read_credentials, secrets_client
from ingestion.opensky.http import Limits
from ingestion.poll import Poller
from ingestion.poller import make_poller

_AWS = Config(connect_timeout=3, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})
"""Seconds and attempts for the event: it is small, and the poll's own time is bounded."""

GC_THRESHOLD = 50_000
"""New objects between two searches for cycles, instead of 700 (2,000 since Python 3.13).

A poll makes some 25,000 lists and tuples and not one cycle; looking for them takes an eighth of its time with 700, a
twenty-fifth with 2,000. They are freed when the last name goes, as ever.
"""

Handler = Callable[[dict[str, Any], LambdaContext], Summary]


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> Summary:
    """Poll once for each trigger in the event, and return the summary of the last poll.

    Args:
        event: a schedule's event, an SQS event with triggers as messages, or `{"test": true}`: fetch and check, land
            nothing.
        context: of the invocation.

    Raises:
        UsageError: the function's environment does not make a poller.
        StorageError: there is no lake where the environment says.
    """
    return built_handler()(event, context)


@cache
def built_handler() -> Handler:
    """Build the handler from the environment: once, or again where building failed."""
    settings = PollerSettings.from_environment(os.environ)
    gc.set_threshold(GC_THRESHOLD)
    logger = Logger(service=settings.service_name)
    metrics = Metrics(namespace=NAMESPACE, service=settings.service_name)
    tracer = Tracer(service=settings.service_name)
    logging.getLogger("ingestion")  # registered now, so that the module's loggers below it are configured too
    copy_config_to_registered_loggers(source_logger=logger, include={"ingestion"})
    invocation = Invocation(wired_poller(settings, SystemClock()), Reporter(metrics, tracer), _event_sender(settings))

    def handle(event: dict[str, Any], context: LambdaContext) -> Summary:
        return invocation.run(event, execution_id=context.aws_request_id)

    measured = metrics.log_metrics(handle, capture_cold_start_metric=True)
    traced = tracer.capture_lambda_handler(measured, capture_response=False)
    handler: Handler = logger.inject_lambda_context(traced, clear_state=True)
    return handler


def wired_poller(settings: PollerSettings, clock: Clock) -> Poller:
    """Build the poller of these settings; the lake is opened, or made where its place is empty.

    Raises:
        UsageError, StorageError: the lake cannot be opened.
    """
    lake = open_lake(settings.lake, create=True)
    credentials = None
    if settings.secret_id is not None:
        credentials = partial(read_credentials, settings.secret_id, secrets_client())
    return make_poller(
        lake, settings.plan, service=settings.service, credentials=credentials, clock=clock, limits=Limits()
    )


def _event_sender(settings: PollerSettings) -> SendEvent | None:
    if settings.event_bus is None:
        return None
    events = boto3.client("events", config=_AWS)
    return partial(send_ingested_event, lake=settings.lake, bus=settings.event_bus, client=events)
