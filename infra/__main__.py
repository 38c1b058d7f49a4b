"""The program that `pulumi up` runs: settings -> components -> exports."""

import pulumi

from infra.components.delivery import Delivery, DeliveryArgs
from infra.components.keys import Keys, KeysArgs
from infra.components.network import Network, NetworkArgs
from infra.components.storage import Storage, StorageArgs
from infra.stack_input import stack_names, stack_settings
from infra.tagging import tag_everything, tags_of

settings = stack_settings()
names = stack_names(settings)
tag_everything(tags_of(settings))

keys = Keys("keys", KeysArgs(settings, names))
network = Network("network", NetworkArgs(settings, names, keys))
storage = Storage("storage", StorageArgs(settings, names, keys))

delivery = Delivery("delivery", DeliveryArgs(settings, names))

exports = {
    "lake": storage.lake_address,
    "region": settings.region,
    "deployRole": delivery.role_arn,
}
for export, value in exports.items():
    pulumi.export(export, value)
