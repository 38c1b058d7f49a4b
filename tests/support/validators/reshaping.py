"""Conversion of properties from Pulumi's nesting to CloudFormation's."""

import json
from collections.abc import Callable
from typing import Any

from infra.plan.mock_outputs import ACCOUNT

Properties = dict[str, Any]
Reshape = Callable[[Properties], Properties]


def with_entry(name: str, value: Any) -> Reshape:
    """Return a function that adds a property which Pulumi's provider sets implicitly."""
    return lambda properties: {**properties, name: value}


def parsed(name: str) -> Reshape:
    """Return a function that parses a property of JSON text."""

    def reshape(properties: Properties) -> Properties:
        return {**properties, name: json.loads(properties[name])} if name in properties else properties

    return reshape


def policy_of(targets: str) -> Reshape:
    """Return a function that makes a resource policy, whose targets are a list."""
    return lambda properties: {
        targets: [properties[targets]],
        "PolicyDocument": json.loads(properties["PolicyDocument"]),
    }


def gathered(into: str, name: str) -> Reshape:
    """Return a function that nests a property in another."""

    def reshape(properties: Properties) -> Properties:
        rest = {key: value for key, value in properties.items() if key != name}
        return {**rest, into: {name: properties[name]}} if properties.get(name) else rest

    return reshape


def within_catalog(into: str, *, beside: tuple[str, ...] = ()) -> Reshape:
    """Return a function that nests a resource of the Glue catalog in its input property."""

    def reshape(properties: Properties) -> Properties:
        outside = {name: properties[name] for name in beside}
        inside = {name: value for name, value in properties.items() if name not in beside}
        return {"CatalogId": ACCOUNT, **outside, into: inside}

    return reshape


def key_values(entries: dict[str, str], *, key: str = "Key") -> list[Properties]:
    """Return a map as CloudFormation's list of names and values."""
    return [{key: name, "Value": value} for name, value in entries.items()]


def table(properties: Properties) -> Properties:
    """Return a table of DynamoDB."""
    rest = {name: value for name, value in properties.items() if name != "HashKey"}
    encryption = {**properties["SSESpecification"], "SSEType": "KMS"}
    keys = [{"AttributeName": properties["HashKey"], "KeyType": "HASH"}]
    return {**rest, "KeySchema": keys, "SSESpecification": encryption}


def alarm(properties: Properties) -> Properties:
    """Return an alarm: dimensions as a list, metric and statistic as separate properties."""
    changed = dict(properties)
    if "Dimensions" in changed:
        changed["Dimensions"] = key_values(changed["Dimensions"], key="Name")
    if "Metrics" in changed:
        changed["Metrics"] = [_query(query) for query in changed["Metrics"]]
    return changed


def _query(query: Properties) -> Properties:
    if "MetricStat" not in query:
        return query
    read = query["MetricStat"]
    metric = {
        "Namespace": read["Namespace"],
        "MetricName": read["MetricName"],
        "Dimensions": key_values(read.get("Dimensions", {}), key="Name"),
    }
    rest = {name: value for name, value in read.items() if name not in {"Namespace", "MetricName", "Dimensions"}}
    return {**query, "MetricStat": {"Metric": metric, **rest}}


def budget(properties: Properties) -> Properties:
    """Return a budget: limits and notifications as separate properties."""
    inside = {name: properties[name] for name in ("BudgetName", "BudgetType", "TimeUnit")}
    limit = {"Amount": float(properties["LimitAmount"]), "Unit": properties["LimitUnit"]}
    filters = {entry["Name"]: entry["Values"] for entry in properties["CostFilters"]}
    known = {*inside, "LimitAmount", "LimitUnit", "CostFilters", "Notifications"}
    rest = {name: value for name, value in properties.items() if name not in known}
    notifications = [_notification(dict(entry)) for entry in properties["Notifications"]]
    whole = {**inside, "BudgetLimit": limit, "CostFilters": filters}
    return {**rest, "Budget": whole, "NotificationsWithSubscribers": notifications}


def _notification(entry: Properties) -> Properties:
    topics = entry.pop("SubscriberSnsTopicArns")
    return {
        "Notification": entry,
        "Subscribers": [{"SubscriptionType": "SNS", "Address": topic} for topic in topics],
    }


def security_configuration(properties: Properties) -> Properties:
    """Return Glue's security configuration, which has a list of encryptions of S3."""
    inside = properties["EncryptionConfiguration"]
    return {**properties, "EncryptionConfiguration": {**inside, "S3Encryptions": [inside["S3Encryptions"]]}}


def state_machine(properties: Properties) -> Properties:
    """Return a state machine: its definition as an object, its log group in a list."""
    logging = dict(properties["LoggingConfiguration"])
    group = {"CloudWatchLogsLogGroup": {"LogGroupArn": logging.pop("LogDestination")}}
    return {
        **properties,
        "Definition": json.loads(properties["Definition"]),
        "LoggingConfiguration": {**logging, "Destinations": [group]},
    }


def security_group(properties: Properties) -> Properties:
    """Return a security group without rules about itself, which CloudFormation models as separate resources."""
    changed = dict(properties)
    for source, name in (("Ingress", "SecurityGroupIngress"), ("Egress", "SecurityGroupEgress")):
        rules = changed.pop(source, [])
        changed[name] = [_rule(rule, address) for rule in rules for address in rule.get("CidrBlocks", [])]
    return changed


def _rule(rule: Properties, address: str) -> Properties:
    rest = {name: value for name, value in rule.items() if name not in {"Protocol", "CidrBlocks", "Self"}}
    return {**rest, "IpProtocol": rule["Protocol"], "CidrIp": address}
