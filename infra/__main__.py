"""Program that `pulumi up` runs: settings -> components -> exports."""

import pulumi

from infra.components.access_roles import AccessRoles, AccessRolesArgs
from infra.components.analytics import Analytics, AnalyticsArgs
from infra.components.backfill import Backfill, BackfillArgs
from infra.components.catalog import Catalog, CatalogArgs
from infra.components.deploy_role import DeployRole, DeployRoleArgs
from infra.components.jobs import Jobs, JobsArgs
from infra.components.keys import Keys, KeysArgs
from infra.components.monitoring import Monitoring, MonitoringArgs
from infra.components.network import Network, NetworkArgs
from infra.components.poller import Poller, PollerArgs
from infra.components.quicksight import QuickSight, QuickSightArgs
from infra.components.storage import Storage, StorageArgs
from infra.config.stack import built_artifacts, stack_names, stack_settings
from infra.config.tags import tag_everything, tags_of

settings = stack_settings()
names = stack_names(settings)
tag_everything(tags_of(settings))
artifacts = built_artifacts()

keys = Keys("keys", KeysArgs(settings, names))
network = Network("network", NetworkArgs(settings, names, keys))
storage = Storage("storage", StorageArgs(settings, names, keys))

poller = Poller("poller", PollerArgs(settings, names, keys, storage, network, artifacts))
catalog = Catalog("catalog", CatalogArgs(settings, names, keys, storage))
jobs = Jobs("jobs", JobsArgs(settings, names, keys, storage, network, catalog, artifacts))
backfill = Backfill("backfill", BackfillArgs(settings, names, keys, jobs, names.arn("sns", names.named("reports"))))
analytics = Analytics("analytics", AnalyticsArgs(settings, names, keys, storage, catalog))
# The names "people", "watch" and "delivery" are part of URNs: other names would replace deployed resources.
access_roles = AccessRoles("people", AccessRolesArgs(names, keys))
quicksight = QuickSight("quicksight", QuickSightArgs(settings, names, keys, analytics.workgroup))
monitoring = Monitoring("watch", MonitoringArgs(settings, names, keys))
deploy_role = DeployRole("delivery", DeployRoleArgs(settings, names))

exports = {
    "lake": storage.lake_address,
    "region": settings.region,
    "service": names.service,
    "environment": poller.environment,
    "pollerFunction": names.named("poller"),
    "deadLetterQueue": poller.dead_letters_url,
    "convertJob": jobs.convert,
    "verifyJob": jobs.verify,
    "vacuumJob": jobs.vacuum,
    "workflow": jobs.workflow,
    "backfill": backfill.arn,
    "workgroup": analytics.workgroup,
    "readerRole": access_roles.reader_arn,
    "operatorRole": access_roles.operator_arn,
    "alarmsTopic": monitoring.alarms_topic_arn,
    "dashboard": quicksight.dashboard_id,
    "deployRole": deploy_role.role_arn,
}
for export, value in exports.items():
    pulumi.export(export, value)
