"""Checks every line of the committed vectors by docs/protocol.md, with the standard library and cryptography.

A line is one vector, with the name of its file and the deployment secret of all.
"""

import base64
import hashlib
import hmac
import ipaddress
import json
import re
import struct
from urllib.parse import parse_qs, unquote, urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from lines import Line, report, same

FLAGS = ("confirm", "receipt", "bound", "media", "client", "passphrase", "extended", "upload")


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def check_nonce(secret: Line, vector: Line) -> None:
    """Makes the nonce from its parts, and reads it back."""
    claims = vector["claims"]
    flags = sum(1 << bit for bit, name in enumerate(FLAGS) if claims["flags"][name])
    # The code of a Region is in no document, so it is read from the nonce: the MAC must hold with it.
    code = base64.urlsafe_b64decode(vector["nonce"] + "=")[2]
    head = struct.pack(">BBBI", 0x10 | vector["keySlot"], flags, code, claims["expiresAt"])
    signed = head + bytes.fromhex(vector["random"])
    key = base64.b64decode(secret["mac"]["slots"][str(vector["keySlot"])])
    same("nonce", vector["nonce"], base64url(signed + hmac.digest(key, signed, "sha256")[:9]))
    same("length", len(vector["nonce"]), 43)
    same("link id", vector["linkId"], base64url(hashlib.sha256(vector["nonce"].encode()).digest())[:22])


def check_signed_url(secret: Line, vector: Line) -> None:
    """Verifies the signature, and that the URL has the policy and the object that are beside it."""
    query = parse_qs(urlsplit(vector["url"]).query, strict_parsing=True)
    decoded = [base64.b64decode(query[name][0].translate(str.maketrans("-_~", "+=/"))) for name in ("Policy", "Signature")]
    key = load_pem_private_key(secret["signing"]["privateKey"].encode(), None).public_key()
    key.verify(decoded[1], decoded[0], ec.ECDSA(SHA256()))
    same("policy", decoded[0].decode(), vector["policy"])
    same("id of the key", query["Key-Pair-Id"], [secret["signing"]["keyPairId"]])
    same("URL without its signature", re.sub("Signature=[^&]+", "Signature=", vector["url"]), vector["withoutSignature"])
    [statement] = json.loads(vector["policy"])["Statement"]
    same("resource", statement["Resource"], vector["url"].partition("&Policy=")[0])
    same("object", unquote(urlsplit(vector["url"]).path), "/" + vector["link"]["key"])


def check_event(_: Line, vector: Line) -> None:
    """What the edge reads from an event must be what CloudFront's format says."""
    [record] = vector["event"]["Records"]
    sent, read = record["cf"]["request"], vector["request"]
    headers = {name: ", ".join(each["value"] for each in values) for name, values in sent["headers"].items()}
    same("request id", read["requestId"], record["cf"]["config"]["requestId"])
    same("method", read["method"], sent["method"])
    address = ipaddress.ip_address(sent["clientIp"])
    same("viewer", read["viewer"], f"{address.version}{address.packed.hex()}")
    same("nonce", read["nonce"], sent["uri"][3:] if sent["uri"].startswith("/d/") else "")
    same("user agent", read.get("userAgent", ""), headers.get("user-agent", ""))


CHECKS = {"nonces": check_nonce, "signed-urls": check_signed_url, "events": check_event}

report(lambda line: CHECKS[line["file"]](line["secret"], line["vector"]))
