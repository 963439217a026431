"""DeleteStack does nothing for a stack that is being deleted. MiniStack deletes it a second time beside the first: its custom resources
call functions that are gone, the stack fails after it was deleted, and Lambda makes their log groups again."""

from typing import Any

from ministack.services.cloudformation import _stacks, handlers

delete_now = handlers._delete_stack_async


async def delete(name: str, *args: Any, **options: Any) -> None:
    """Deletes a stack, unless an earlier request does."""
    if _stacks[name]["StackStatus"] != "DELETE_IN_PROGRESS":
        await delete_now(name, *args, **options)


handlers._delete_stack_async = delete
