"""The least a function that writes to DynamoDB can be, to hold our cold start against."""
