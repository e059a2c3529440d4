"""A handler that makes a boto3 client and sends one UpdateItem."""

import os

import boto3

CLIENT = boto3.client("dynamodb")


def lambda_handler(event, context):  # type: ignore[no-untyped-def]
    CLIENT.update_item(
        TableName=os.environ["STATE_TABLE"],
        Key={"pk": {"S": "BENCH"}, "sk": {"S": "BARE"}},
        UpdateExpression="ADD calls :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )
    return {"status": "succeeded"}
