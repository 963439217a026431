"""A request that is repeated does nothing more. MiniStack deletes a stack a second time beside the first: its custom resources call
functions that are gone, the stack fails after it was deleted, and Lambda makes their log groups again. It refuses a CreateStack that an
SDK repeats with the same token, as the response was lost: Terraform's state has no such stack then, and each later apply fails."""

from typing import Any

from ministack.core.responses import AccountRegionScopedDict
from ministack.services.cloudformation import _stacks, handlers, stacks

create_now, delete_now = handlers._create_stack, handlers._delete_stack_async
CREATED = AccountRegionScopedDict()


def create(params: dict[str, Any]) -> Any:
    """Creates a stack, unless an earlier request with this token did: the response is that of the first."""
    token = stacks.CLIENT_REQUEST_TOKEN.get()
    response = CREATED.get(token) or create_now(params)
    if token and response[0] == 200:
        CREATED[token] = response
    return response


async def delete(name: str, *args: Any, **options: Any) -> None:
    """Deletes a stack, unless an earlier request does."""
    if _stacks[name]["StackStatus"] != "DELETE_IN_PROGRESS":
        await delete_now(name, *args, **options)


handlers._ACTION_HANDLERS["CreateStack"] = create
handlers._delete_stack_async = delete
