"""AWS::Logs::LogGroup without a name gets one that begins with the stack's; in MiniStack it does not. By this beginning `once teardown`
finds a group that Lambda makes again, for a last line that it writes after the stack has deleted the group."""

from typing import Any

from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS, _physical_name

HANDLERS = _RESOURCE_HANDLERS["AWS::Logs::LogGroup"]
Result = tuple[str, dict[str, Any]]
create_named, update_named = HANDLERS["create"], HANDLERS["update"]


def create(logical_id: str, props: dict[str, Any], stack: str) -> Result:
    """Creates a group with the name of the template, or one of CloudFormation."""
    return create_named(logical_id, {"LogGroupName": _physical_name(stack, logical_id), **props}, stack)


def update(name: str, old: dict[str, Any], new: dict[str, Any], stack: str, logical_id: str) -> Result:
    """Updates a group, which keeps its name if the template has none."""
    return update_named(name, {"LogGroupName": name, **old}, {"LogGroupName": name, **new}, stack, logical_id)


HANDLERS.update(create=create, update=update)
