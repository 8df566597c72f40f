"""The edge: boto3 lives here and nowhere else in the app and the tasks. One thin client for each service."""
