"""A partner who follows docs/access.md: runs the documented code, and calls the API with the function that it defines.

Arguments: the file with that code, and the API's URL. Prints the status of each call, and the key that each response names.
"""

import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

scope: dict[str, Any] = {"URL": sys.argv[2]}
exec(Path(sys.argv[1]).read_text(encoding="utf-8"), scope)
call = scope["call"]
statuses: list[int] = [scope["status"]]


def ask(*arguments: Any) -> Any:
    status, body = call(*arguments)
    statuses.append(status)
    return body


if statuses == [201]:
    reference = "a b/c&d=é+~*'?"
    link = ask("POST", "/links", {"key": "report.pdf", "reference": reference, "receipt": True})
    found = ask("GET", f"/links?reference={quote(reference, safe='')}&limit=1")["links"]
    shown = ask("GET", f"/links/{link['id']}")
    ask("DELETE", f"/links/{link['id']}")
    ask("POST", "/exchange", {"nonce": scope["link"]["url"][-43:]})
    ask("POST", "/exchange", {"nonce": link["url"][-43:]})
    assert [each["id"] for each in found] == [link["id"]]
    assert shown["reference"] == reference
print(json.dumps(statuses))
