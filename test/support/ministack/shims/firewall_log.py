"""GetLoggingConfiguration of WAF, which MiniStack lacks. `once doctor` sees by it that no nonce is logged."""

from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import waf

handle_request = waf.handle_request


async def handle(method: str, path: str, headers: dict[str, str], *args: Any) -> tuple[Any, ...]:
    """Answers this request: no web ACL logs. Leaves all others to MiniStack."""
    if headers.get("x-amz-target", "").endswith(".GetLoggingConfiguration"):
        return error_response_json("WAFNonexistentItemException", "The web ACL has no logging configuration.", 400)
    return await handle_request(method, path, headers, *args)


waf.handle_request = handle
