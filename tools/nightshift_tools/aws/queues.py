"""A stack's queues of failures: looked into without taking anything out, but what has been sent again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nightshift_tools.aws.calls import asking, client
from nightshift_tools.aws.letters import Message, Queue, sent_at
from nightshift_tools.aws.stack import Stack

HIDDEN_SECONDS = 60
"""How long others do not see what is looked at here, should this process end before it gives it back."""
WAIT_SECONDS = 1
"""For a message to come. Without waiting, SQS asks only some of a queue's servers."""
MOST = 1000
"""Messages that are looked at, of each queue."""


class Queues:
    """The messages of a stack's queues, as they were when they were received."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._sqs: Any = client(stack.session, "sqs")
        self.messages: list[Message] = []
        self.hidden = 0
        """Messages that somebody else has received: they cannot be seen from here."""

    def receive(self) -> None:
        for queue in Queue:
            self.hidden += self._hidden(queue)
            found: dict[str, Message] = {}
            while len(found) < MOST and (some := self._some(queue)):
                new = {message.id: message for message in some}
                if new.keys() <= found.keys():
                    break  # the queue has begun to give the same again
                found |= new
            self.messages += found.values()

    def remove(self, message: Message) -> None:
        """Take a message out for good."""
        with asking("sqs:DeleteMessage", self._named(message.queue)):
            self._sqs.delete_message(QueueUrl=self._url(message.queue), ReceiptHandle=message.receipt)
        self.messages.remove(message)

    def give_back(self) -> None:
        """Let everybody see again what is still there."""
        for message in self.messages:
            with asking("sqs:ChangeMessageVisibility", self._named(message.queue)):
                self._sqs.change_message_visibility(
                    QueueUrl=self._url(message.queue), ReceiptHandle=message.receipt, VisibilityTimeout=0
                )

    def _hidden(self, queue: Queue) -> int:
        name = "ApproximateNumberOfMessagesNotVisible"
        with asking("sqs:GetQueueAttributes", self._named(queue)):
            answer = self._sqs.get_queue_attributes(QueueUrl=self._url(queue), AttributeNames=[name])
        return int(answer["Attributes"][name])

    def _some(self, queue: Queue) -> list[Message]:
        with asking("sqs:ReceiveMessage", self._named(queue)):
            answer = self._sqs.receive_message(
                QueueUrl=self._url(queue),
                MaxNumberOfMessages=10,
                VisibilityTimeout=HIDDEN_SECONDS,
                WaitTimeSeconds=WAIT_SECONDS,
                MessageSystemAttributeNames=["SentTimestamp"],
                MessageAttributeNames=["All"],
            )
        return [_message(queue, found) for found in answer.get("Messages", ())]

    def _url(self, queue: Queue) -> str:
        return self._stack.output(queue.value)

    def _named(self, queue: Queue) -> str:
        return f"the queue {self._url(queue).rpartition('/')[2]}"


@contextmanager
def looking_into(stack: Stack) -> Iterator[Queues]:
    """The messages of all queues of failures; what is not removed is given back at the end."""
    queues = Queues(stack)
    try:
        queues.receive()
        yield queues
    finally:
        queues.give_back()


def _message(queue: Queue, found: Any) -> Message:
    attributes = {
        name: str(value["StringValue"])
        for name, value in found.get("MessageAttributes", {}).items()
        if "StringValue" in value
    }
    return Message(
        queue,
        found["MessageId"],
        found["ReceiptHandle"],
        sent_at(found["Attributes"]),
        found["Body"],
        attributes,
    )
