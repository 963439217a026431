"""Fn::GetStackOutput reads a stack of the Region that it names. MiniStack looks in the caller's Region. Our stacks of different Regions
refer to each other's outputs by it."""

from typing import Any

from ministack.core.responses import get_region, set_request_region
from ministack.services.cloudformation import changesets, engine, handlers, stacks

resolve_here = engine._resolve_refs


def resolve(value: Any, *args: Any) -> Any:
    """Resolves in the Region that the function names."""
    if not (isinstance(value, dict) and "Fn::GetStackOutput" in value):
        return resolve_here(value, *args)
    here = get_region()
    set_request_region(value["Fn::GetStackOutput"].get("Region", here))
    try:
        return resolve_here(value, *args)
    finally:
        set_request_region(here)


for module in (engine, changesets, handlers, stacks):
    if hasattr(module, "_resolve_refs"):
        module._resolve_refs = resolve
