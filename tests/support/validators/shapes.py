"""Names of Pulumi's types and properties in CloudFormation.

A property that no table names is called the same in capitals (`kmsKeyId` -> `KmsKeyId`). A wrong guess cannot hide:
the schema knows no such property.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from support.validators import quicksight_reshaping, reshaping

Properties = dict[str, Any]


@dataclass(frozen=True)
class Shape:
    """One Pulumi type in CloudFormation: its name and the conversions of its properties.

    Attributes:
        type: CloudFormation's type.
        names: CloudFormation's name of a property, by its path of Pulumi's names (`attributes.name`); "" leaves it out.
        free: paths of maps whose keys are data.
        reshape: what more differs, over properties that are renamed already.
        tags: CloudFormation's name of the property with the tags; "" where it has none.
        tag_map: whether the tags are a map there, and not a list.
    """

    type: str
    names: Mapping[str, str] = field(default_factory=dict)
    free: frozenset[str] = frozenset()
    reshape: Callable[[Properties], Properties] = lambda properties: properties
    tags: str = "Tags"
    tag_map: bool = False


_VIEW = {"storageDescriptor.serDeInfo": "SerdeInfo", "storageDescriptor.columns.parameters": ""}
_BOOKMARKS, _S3, _LOGS = (f"encryptionConfiguration.{what}Encryption" for what in ("jobBookmarks", "s3", "cloudwatch"))
_RESULTS = "configuration.resultConfiguration.encryptionConfiguration"

MAPPED: Mapping[str, Shape] = {
    "aws:athena/namedQuery:NamedQuery": Shape(
        "AWS::Athena::NamedQuery", {"query": "QueryString", "workgroup": "WorkGroup"}
    ),
    "aws:athena/preparedStatement:PreparedStatement": Shape(
        "AWS::Athena::PreparedStatement", {"name": "StatementName", "workgroup": "WorkGroup"}
    ),
    "aws:athena/workgroup:Workgroup": Shape(
        "AWS::Athena::WorkGroup",
        {
            "forceDestroy": "RecursiveDeleteOption",
            "configuration": "WorkGroupConfiguration",
            "configuration.enforceWorkgroupConfiguration": "EnforceWorkGroupConfiguration",
            "configuration.publishCloudwatchMetricsEnabled": "PublishCloudWatchMetricsEnabled",
            f"{_RESULTS}.kmsKeyArn": "KmsKey",
        },
    ),
    "aws:budgets/budget:Budget": Shape(
        "AWS::Budgets::Budget", {"name": "BudgetName"}, reshape=reshaping.budget, tags="ResourceTags"
    ),
    "aws:cloudwatch/dashboard:Dashboard": Shape("AWS::CloudWatch::Dashboard"),
    "aws:cloudwatch/eventRule:EventRule": Shape("AWS::Events::Rule", reshape=reshaping.parsed("EventPattern")),
    "aws:cloudwatch/logGroup:LogGroup": Shape("AWS::Logs::LogGroup", {"name": "LogGroupName"}),
    "aws:cloudwatch/metricAlarm:MetricAlarm": Shape(
        "AWS::CloudWatch::Alarm",
        {
            "name": "AlarmName",
            "okActions": "OKActions",
            "metricQueries": "Metrics",
            "metricQueries.metric": "MetricStat",
        },
        free=frozenset({"dimensions", "metricQueries.metric.dimensions"}),
        reshape=reshaping.alarm,
    ),
    "aws:dynamodb/table:Table": Shape(
        "AWS::DynamoDB::Table",
        {
            "name": "TableName",
            "attributes": "AttributeDefinitions",
            "attributes.name": "AttributeName",
            "attributes.type": "AttributeType",
            "pointInTimeRecovery": "PointInTimeRecoverySpecification",
            "pointInTimeRecovery.enabled": "PointInTimeRecoveryEnabled",
            "serverSideEncryption": "SSESpecification",
            "serverSideEncryption.enabled": "SSEEnabled",
            "serverSideEncryption.kmsKeyArn": "KMSMasterKeyId",
            "ttl": "TimeToLiveSpecification",
        },
        reshape=reshaping.table,
    ),
    "aws:ec2/eip:Eip": Shape("AWS::EC2::EIP"),
    "aws:ec2/flowLog:FlowLog": Shape(
        "AWS::EC2::FlowLog",
        {"iamRoleArn": "DeliverLogsPermissionArn", "vpcId": "ResourceId"},
        reshape=reshaping.with_entry("ResourceType", "VPC"),
    ),
    "aws:ec2/internetGateway:InternetGateway": Shape("AWS::EC2::InternetGateway", {"vpcId": ""}),
    "aws:ec2/natGateway:NatGateway": Shape("AWS::EC2::NatGateway"),
    "aws:ec2/route:Route": Shape("AWS::EC2::Route"),
    "aws:ec2/routeTable:RouteTable": Shape("AWS::EC2::RouteTable", {"routes": ""}),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": Shape("AWS::EC2::SubnetRouteTableAssociation"),
    "aws:ec2/securityGroup:SecurityGroup": Shape(
        "AWS::EC2::SecurityGroup",
        {"name": "GroupName", "description": "GroupDescription"},
        reshape=reshaping.security_group,
    ),
    "aws:ec2/subnet:Subnet": Shape("AWS::EC2::Subnet"),
    "aws:ec2/vpc:Vpc": Shape("AWS::EC2::VPC"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": Shape("AWS::EC2::VPCEndpoint"),
    "aws:glue/catalogDatabase:CatalogDatabase": Shape(
        "AWS::Glue::Database", reshape=reshaping.within_catalog("DatabaseInput"), tags=""
    ),
    "aws:glue/catalogTable:CatalogTable": Shape(
        "AWS::Glue::Table",
        _VIEW,
        free=frozenset({"parameters", "storageDescriptor.serDeInfo.parameters", "storageDescriptor.parameters"}),
        reshape=reshaping.within_catalog("TableInput", beside=("DatabaseName",)),
    ),
    "aws:glue/connection:Connection": Shape(
        "AWS::Glue::Connection",
        {"physicalConnectionRequirements.securityGroupIdLists": "SecurityGroupIdList"},
        reshape=reshaping.within_catalog("ConnectionInput"),
        tags="",
    ),
    "aws:glue/crawler:Crawler": Shape(
        "AWS::Glue::Crawler",
        {"securityConfiguration": "CrawlerSecurityConfiguration"},
        reshape=reshaping.gathered("Targets", "S3Targets"),
        tag_map=True,
    ),
    "aws:glue/dataCatalogEncryptionSettings:DataCatalogEncryptionSettings": Shape(
        "AWS::Glue::DataCatalogEncryptionSettings",
        {
            "dataCatalogEncryptionSettings.connectionPasswordEncryption.awsKmsKeyId": "KmsKeyId",
            "dataCatalogEncryptionSettings.connectionPasswordEncryption.returnConnectionPasswordEncrypted": (
                "ReturnConnectionPasswordEncrypted"
            ),
        },
        reshape=reshaping.with_entry("CatalogId", reshaping.ACCOUNT),
    ),
    "aws:glue/job:Job": Shape(
        "AWS::Glue::Job",
        {"roleArn": "Role"},
        free=frozenset({"defaultArguments"}),
        reshape=reshaping.gathered("Connections", "Connections"),
        tag_map=True,
    ),
    "aws:glue/securityConfiguration:SecurityConfiguration": Shape(
        "AWS::Glue::SecurityConfiguration",
        {
            _S3: "S3Encryptions",
            _LOGS: "CloudWatchEncryption",
            f"{_LOGS}.cloudwatchEncryptionMode": "CloudWatchEncryptionMode",
            f"{_BOOKMARKS}.kmsKeyArn": "KmsKeyArn",
        },
        reshape=reshaping.security_configuration,
    ),
    "aws:glue/trigger:Trigger": Shape("AWS::Glue::Trigger", tag_map=True),
    "aws:glue/workflow:Workflow": Shape("AWS::Glue::Workflow", tag_map=True),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": Shape(
        "AWS::IAM::OIDCProvider", {"clientIdLists": "ClientIdList"}
    ),
    "aws:iam/role:Role": Shape(
        "AWS::IAM::Role",
        {"name": "RoleName", "assumeRolePolicy": "AssumeRolePolicyDocument"},
        reshape=reshaping.parsed("AssumeRolePolicyDocument"),
    ),
    "aws:kms/alias:Alias": Shape("AWS::KMS::Alias", {"name": "AliasName"}),
    "aws:kms/key:Key": Shape(
        "AWS::KMS::Key",
        {"policy": "KeyPolicy", "deletionWindowInDays": "PendingWindowInDays"},
        reshape=reshaping.parsed("KeyPolicy"),
    ),
    "aws:lambda/eventSourceMapping:EventSourceMapping": Shape("AWS::Lambda::EventSourceMapping"),
    "aws:lambda/function:Function": Shape(
        "AWS::Lambda::Function",
        {"name": "FunctionName", "code": "", "sourceCodeHash": ""},
        free=frozenset({"environment.variables"}),
        reshape=reshaping.with_entry("Code", {"S3Bucket": "packages", "S3Key": "poller.zip"}),
    ),
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": Shape(
        "AWS::Lambda::EventInvokeConfig", reshape=reshaping.with_entry("Qualifier", "$LATEST")
    ),
    "aws:quicksight/dataSet:DataSet": Shape("AWS::QuickSight::DataSet", reshape=quicksight_reshaping.data_set),
    "aws:quicksight/dataSource:DataSource": Shape(
        "AWS::QuickSight::DataSource", reshape=quicksight_reshaping.data_source
    ),
    "aws:quicksight/refreshSchedule:RefreshSchedule": Shape(
        "AWS::QuickSight::RefreshSchedule",
        {"schedule.scheduleFrequency.timezone": "TimeZone"},
        reshape=quicksight_reshaping.refresh_schedule,
    ),
    "aws:s3/bucket:Bucket": Shape("AWS::S3::Bucket", {"bucket": "BucketName", "forceDestroy": ""}),
    "aws:s3/bucketPolicy:BucketPolicy": Shape(
        "AWS::S3::BucketPolicy", {"policy": "PolicyDocument"}, reshape=reshaping.parsed("PolicyDocument")
    ),
    "aws:scheduler/schedule:Schedule": Shape("AWS::Scheduler::Schedule"),
    "aws:scheduler/scheduleGroup:ScheduleGroup": Shape("AWS::Scheduler::ScheduleGroup"),
    "aws:secretsmanager/secret:Secret": Shape("AWS::SecretsManager::Secret", {"recoveryWindowInDays": ""}),
    "aws:sfn/stateMachine:StateMachine": Shape(
        "AWS::StepFunctions::StateMachine",
        {"name": "StateMachineName", "type": "StateMachineType", "definition": "Definition"},
        reshape=reshaping.state_machine,
    ),
    "aws:sns/topic:Topic": Shape("AWS::SNS::Topic", {"name": "TopicName"}),
    "aws:sns/topicPolicy:TopicPolicy": Shape(
        "AWS::SNS::TopicPolicy", {"arn": "Topics", "policy": "PolicyDocument"}, reshape=reshaping.policy_of("Topics")
    ),
    "aws:sqs/queue:Queue": Shape(
        "AWS::SQS::Queue",
        {
            "name": "QueueName",
            "messageRetentionSeconds": "MessageRetentionPeriod",
            "visibilityTimeoutSeconds": "VisibilityTimeout",
        },
        reshape=reshaping.parsed("RedrivePolicy"),
    ),
    "aws:sqs/queuePolicy:QueuePolicy": Shape(
        "AWS::SQS::QueuePolicy",
        {"queueUrl": "Queues", "policy": "PolicyDocument"},
        reshape=reshaping.policy_of("Queues"),
    ),
}
"""Types that are one resource in CloudFormation too."""
