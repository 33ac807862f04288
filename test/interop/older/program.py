"""Temporal's Python SDK on the server at the address: an activity with a retry, a signal, a query, an update, a timer."""

import asyncio
import json
import sys
import uuid
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.common import RetryPolicy
from temporalio.worker import UnsandboxedWorkflowRunner, Worker


@activity.defn
async def flaky(succeed_on: int) -> str:
    if activity.info().attempt < succeed_on:
        raise RuntimeError("not yet")
    return f"attempt {activity.info().attempt}"


@workflow.defn
class Program:
    def __init__(self) -> None:
        self.items: list[str] = []
        self.over = False

    @workflow.run
    async def run(self) -> list[str]:
        retry = RetryPolicy(initial_interval=timedelta(milliseconds=10))
        self.items.append(
            await workflow.execute_activity(
                flaky, 3, start_to_close_timeout=timedelta(seconds=10), retry_policy=retry
            )
        )
        await asyncio.sleep(0.01)
        await workflow.wait_condition(lambda: self.over)
        return self.items

    @workflow.signal
    def push(self, item: str) -> None:
        self.items.append(item)

    @workflow.query
    def count(self) -> int:
        return len(self.items)

    @workflow.update
    async def finish(self, item: str) -> int:
        await workflow.wait_condition(lambda: len(self.items) == 2)
        self.items.append(item)
        self.over = True
        return len(self.items)


async def main(address: str) -> None:
    client = await Client.connect(address)
    queue = "python"
    worker = Worker(
        client,
        task_queue=queue,
        workflows=[Program],
        activities=[flaky],
        workflow_runner=UnsandboxedWorkflowRunner(),
    )
    async with worker:
        handle = await client.start_workflow(Program.run, id=f"python-{uuid.uuid4()}", task_queue=queue)
        await handle.signal(Program.push, "pushed")
        updated = await handle.execute_update(Program.finish, "finished")
        result = await handle.result()
        asked = await handle.query(Program.count)
    print(json.dumps({"updated": updated, "result": sorted(result), "asked": asked}))


asyncio.run(main(sys.argv[1]))
