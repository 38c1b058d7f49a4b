"""The ports' adapters: one set for a folder on one machine, one for AWS. None lets an error of its library through."""
