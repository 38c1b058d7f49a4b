"""Where the lake runs on AWS: settings -> components -> exports, for `pulumi up`."""
