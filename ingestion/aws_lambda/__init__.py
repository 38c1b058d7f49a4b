"""The poller as an AWS Lambda function."""
