"""The ports' adapters: a folder and files on one machine, S3, Glue and DynamoDB on AWS."""
