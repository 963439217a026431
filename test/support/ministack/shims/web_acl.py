"""SearchString of a rule of AWS::WAFv2::WebACL is a text in templates and bytes in the API, which its JSON has in Base64. MiniStack
returns the text, which no SDK can read. It also lacks GetLoggingConfiguration, by which `once doctor` sees that no nonce is logged."""

from base64 import b64encode
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import waf


def encoded(value: Any, name: str = "") -> Any:
    """Returns a value of a template as the API has it."""
    if isinstance(value, dict):
        return {key: encoded(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [encoded(each) for each in value]
    return b64encode(value.encode()).decode() if name == "SearchString" else value


create_record, update_record = waf.create_web_acl_record, waf.update_web_acl_record
waf.create_web_acl_record = lambda name, scope, props: create_record(name, scope, encoded(props))
waf.update_web_acl_record = lambda acl, props: update_record(acl, encoded(props))
handle_request = waf.handle_request


async def handle(method: str, path: str, headers: dict[str, str], *args: Any) -> tuple[Any, ...]:
    """Answers GetLoggingConfiguration: no web ACL logs. Leaves all else to MiniStack."""
    if headers.get("x-amz-target", "").endswith(".GetLoggingConfiguration"):
        return error_response_json("WAFNonexistentItemException", "The web ACL has no logging configuration.", 400)
    return await handle_request(method, path, headers, *args)


waf.handle_request = handle
