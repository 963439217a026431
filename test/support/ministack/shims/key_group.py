"""ListDistributionsByKeyGroup of CloudFront, which MiniStack lacks: a rotation waits until every distribution of its key group is
deployed."""

import re
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from ministack.services import cloudfront

ROUTE = re.compile(r"/2020-05-31/distributionsByKeyGroupId/([^/]+)/?$")
handle_request = cloudfront.handle_request


def list_distributions(group: str) -> tuple[Any, ...]:
    """Returns the ids of all distributions whose configuration names the key group."""
    found = cloudfront._key_groups_using(group)

    def build(root: Element) -> None:
        for name, text in (("Marker", ""), ("MaxItems", "100"), ("IsTruncated", "false"), ("Quantity", str(len(found)))):
            SubElement(root, name).text = text
        items = SubElement(root, "Items")
        for each in found:
            SubElement(items, "DistributionId").text = each

    return cloudfront._xml_response("DistributionIdList", build)


async def handle(method: str, path: str, *args: Any) -> tuple[Any, ...]:
    """Handles this one request, and leaves all others to MiniStack."""
    match = ROUTE.match(path)
    if match is not None and method == "GET":
        return list_distributions(match.group(1))
    return await handle_request(method, path, *args)


cloudfront.handle_request = handle
