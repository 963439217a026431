"""Checks capabilities by what AWS and Python know of them: botocore's CloudFrontSigner, cryptography, urllib and ipaddress.

A line has the link, its viewer, the public key in PEM, for RSA also the private one, and the capability that the edge signed.
"""

import base64
import datetime
import email.message
import functools
import hashlib
import ipaddress
import json
import re
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from lines import Line, report, same

# Longest path, percent-encoded, beside which every file name fits into a URL.
SHORT_PATH = 750


@functools.lru_cache
def private_key(pem: str) -> rsa.RSAPrivateKey:
    return load_pem_private_key(pem.encode(), None)


def decoded(text: str) -> bytes:
    """Decodes CloudFront's alphabet (AWS, "Create a signed URL using a custom policy")."""
    return base64.b64decode(text.translate(str.maketrans("-_~+=/", "+=/???")), validate=True)


def verify(line: Line, policy: bytes, signature: bytes) -> None:
    """Raises unless the signature is of the public key and SHA-256, in the form that CloudFront documents for such keys."""
    key = load_pem_public_key(line["publicKey"].encode())
    if isinstance(key, ec.EllipticCurvePublicKey):
        same("curve", key.curve.name, "secp256r1")
        key.verify(signature, policy, ec.ECDSA(SHA256()))
    else:
        same("size of the key", key.key_size, 2048)
        key.verify(signature, policy, padding.PKCS1v15(), SHA256())


def signer_of(line: Line, signature: bytes) -> CloudFrontSigner:
    """botocore's signer. With RSA it signs by itself; of P-256 no two signatures are equal, so it gets the verified one."""
    if "privateKey" not in line:
        return CloudFrontSigner(line["keyPairId"], lambda _: signature)
    key = private_key(line["privateKey"])
    return CloudFrontSigner(line["keyPairId"], lambda message: key.sign(message, padding.PKCS1v15(), SHA256()))


def hash_of(text: str) -> str:
    """The 22 characters by which a nonce or a client's secret is named (docs/protocol.md)."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode()[:22]


def network_of(line: Line) -> str | None:
    """The network that CloudFront has to check. Of a file that may be fetched over IPv6, the gate checks it instead."""
    prefix = {"exact": 32, "prefix": 24}.get(line["bind"])
    if prefix is None or (line["ipv6"] and "cookies" not in line):
        return None
    return str(ipaddress.ip_network((line["viewer"], prefix), strict=False))


def binding_of(line: Line) -> list[tuple[str, str]]:
    """The parameters that the gate has to check: the link, the start of the address, the client."""
    bind, address = line["bind"], ipaddress.ip_address(line["viewer"])
    if bind == "none" or (bind in ("exact", "prefix") and not line["ipv6"]):
        return []
    digits = {"exact": 8, "prefix": 6, "client": 8}.get(bind, 0) if address.version == 4 else 16
    at_address = [] if bind == "client-only" else [("a", f"{address.version}{address.packed.hex()[:digits]}")]
    of_client = [("c", hash_of(line["secret"]))] if bind.startswith("client") else []
    return [("l", hash_of(line["nonce"])), *at_address, *of_client]


def saved_name(disposition: str) -> str:
    """The name under which browsers save the file: of two names, that with an encoding (RFC 6266)."""
    message = email.message.Message()
    message["content-disposition"] = disposition
    (kind, _), (_, plain), (_, (charset, _, name)) = message.get_params(header="content-disposition")
    same("kind of disposition", (kind, charset, plain.isascii()), ("attachment", "UTF-8", True))
    return name.encode("latin-1").decode()


def check_file(line: Line, resource: str) -> None:
    """The URL must name the object: S3 decodes the path once, and browsers read Content-Disposition."""
    parts = urlsplit(resource)
    same("path", unquote(parts.path, errors="strict"), "/" + line["key"])
    query = parse_qsl(parts.query, strict_parsing=parts.query != "", errors="strict")
    fields = [pair for pair in query if pair[0] in ("response-content-disposition", "versionId")]
    same("parameters of the gate", query[len(fields) :], binding_of(line))
    same("version", dict(fields).get("versionId"), line.get("versionId"))
    disposition = dict(fields).get("response-content-disposition")
    if disposition is None:
        same("whether a file name is left out", len(quote(line["key"])) > SHORT_PATH, True)
    else:
        same("file name", saved_name(disposition), line["filename"])


def check_folder(line: Line, resource: str) -> None:
    """The wildcard must match the files of the folder, as Python encodes their paths, and no others (AWS, "Wildcards")."""
    pattern = re.compile("".join({"*": ".*", "?": "."}.get(mark, re.escape(mark)) for mark in resource), re.DOTALL)
    folder = line["key"].rpartition("/")[0]

    def url(key: str) -> str:
        return line["origin"] + "/" + quote(key, safe="/~")

    for inside in (line["key"], f"{folder}/a", f"{folder}/a/b?c"):
        same("a file of the folder", pattern.fullmatch(url(inside)) is not None, True)
    for outside in (folder, f"{folder}x/a", f"x{folder}/a", folder[:-1] + "/a", folder.upper() + "X/a"):
        same("a file beside the folder", pattern.fullmatch(url(outside)), None)
    same("URL", line["url"], url(line["key"]))


def parts_of(line: Line) -> tuple[str, dict[str, str]]:
    """The URL without its signature, and the signature's fields, from the URL or from the cookies of a folder."""
    cookies = line.get("cookies")
    if cookies is not None:
        return line["url"], {name.removeprefix("CloudFront-"): value for name, value in cookies.items()}
    base, fields = re.split("[?&](?=Policy=)", line["url"])
    return base, dict(parse_qsl(fields, strict_parsing=True))


def check(line: Line) -> None:
    base, fields = parts_of(line)
    same("names", sorted(fields), ["Hash-Algorithm", "Key-Pair-Id", "Policy", "Signature"])
    same("algorithm", fields.pop("Hash-Algorithm"), "SHA256")
    policy, signature = decoded(fields["Policy"]), decoded(fields["Signature"])
    verify(line, policy, signature)

    resource = json.loads(policy)["Statement"][0]["Resource"]
    signer = signer_of(line, signature)
    end = datetime.datetime.fromtimestamp(line["expiresAt"], datetime.UTC)
    same("policy", policy.decode("ascii"), signer.build_policy(resource, end, ip_address=network_of(line)))
    theirs = signer.generate_presigned_url(base, policy=policy)
    ours = [f"{name}={value}" for name, value in fields.items()]
    same("signed URL", sorted(ours), sorted(re.split("[?&]", theirs.removeprefix(base))[1:]))
    same("whether CloudFront accepts a URL of this length", len(line["url"]) <= 8192, True)
    if "cookies" in line:
        check_folder(line, resource)
    else:
        same("resource", resource, base)
        check_file(line, resource)


report(check)
