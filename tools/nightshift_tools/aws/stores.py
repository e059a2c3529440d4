"""What a deployed stack keeps, and its queue of batch jobs, reached with a person's credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nightshift.batch_jobs.model import QUEUE
from nightshift.batch_jobs.runtime import SqsQueue
from nightshift.files.s3 import S3Files
from nightshift_tools.aws.calls import client
from nightshift_tools.local.stores import Stores, on_tables

if TYPE_CHECKING:
    from nightshift_tools.aws.stack import Stack


def stack_stores(stack: Stack) -> Stores:
    """The stores in a stack's tables. Its client tries once, because the adapters try again by themselves."""
    once = {"mode": "standard", "total_max_attempts": 1}
    tables = stack.output("StateTable"), stack.output("LogTable")
    return on_tables(client(stack.session, "dynamodb", retries=once, parameter_validation=False), *tables)


def stack_files(stack: Stack) -> S3Files:
    """The files in a stack's bucket."""
    return S3Files(stack.output("FilesBucket"), lambda: client(stack.session, "s3"))


def stack_queue(stack: Stack) -> SqsQueue:
    """The queue by which a stack's workers hear of batch jobs."""
    return SqsQueue(name=f"{stack.name}-{QUEUE}", connect=lambda: client(stack.session, "sqs"))
