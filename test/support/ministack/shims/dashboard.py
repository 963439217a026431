"""ListDashboards in JSON. MiniStack has a text where an SDK expects a number of seconds."""

from typing import Any

from ministack.services import cloudwatch

list_dashboards = cloudwatch._list_dashboards


def list_readable(params: Any, data: Any, is_cbor: bool, is_json: bool = False) -> tuple[Any, ...]:
    """Answers requests in JSON; leaves others to MiniStack."""
    if not is_json:
        return list_dashboards(params, data, is_cbor, is_json)
    prefix = data.get("DashboardNamePrefix") or ""
    found = [each for name, each in sorted(cloudwatch._dashboards.items()) if name.startswith(prefix)]
    names = ("DashboardName", "DashboardArn", "Size", "LastModified")
    return cloudwatch._json_ok({"DashboardEntries": [{name: each[name] for name in names} for each in found]})


cloudwatch._list_dashboards = list_readable
