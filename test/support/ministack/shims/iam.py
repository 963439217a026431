"""Every call of a role is put to a second evaluator, which records it; both must allow it. With AUTH=true MiniStack verifies
signatures and evaluates policies itself, but has no policies of tables, no condition keys of CloudWatch, and makes the calls of
services (a function's log, its stream, who may invoke it, the key of a bucket) without asking. Does nothing unless IAM_DECISIONS
has the URL to ask."""

import contextvars
import json
import os
import re
import urllib.request
from typing import Any

from ministack import app
from ministack.core import iam_actions, iam_evaluator, sigv4
from ministack.core.responses import get_account_id, get_region, set_request_region
from ministack.services import apigateway_v1, dynamodb, eventbridge, iam, lambda_svc, s3

URL = os.environ.get("IAM_DECISIONS")
REQUEST: contextvars.ContextVar[tuple[str, dict[str, str], bytes]] = contextvars.ContextVar(
    "iam_request", default=("", {}, b"")
)
DECIDED: dict[str, str | None] = {}
JSON = dict[str, Any]
# Resources that MiniStack reads in another way than AWS (Service Authorization Reference): their pattern, and AWS's spelling.
MISREAD = {
    "cloudwatch:DescribeAlarms": (r"^\*$", "arn:aws:cloudwatch:{region}:{account}:alarm:*"),
    "events:DescribeEventBus": ("rule/default/", "event-bus/"),
    "events:DescribeRule": ("rule/default/", "rule/"),
    "wafv2:GetLoggingConfiguration": (r"^\*$", "arn:aws:wafv2:{region}:{account}:global/webacl/acl/id"),
}


def document_of(policy: Any) -> JSON:
    """Returns a policy as IAM's API does: an object with a list of statements."""
    document = json.loads(policy) if isinstance(policy, str) else dict(policy)
    statements = document["Statement"]
    return {**document, "Statement": statements if isinstance(statements, list) else [statements]}


def policies_of(role: str) -> list[JSON]:
    """Returns the policies of a role, those of AWS too."""
    record = iam._roles.get(role) or {}
    inline = [{"name": name, "policy": document_of(each)} for name, each in record.get("InlinePolicies", {}).items()]
    attached = [
        {"name": arn, "policy": document_of(iam_evaluator._resolve_managed_policy_document(arn, get_account_id()))}
        for arn in record.get("AttachedPolicies", [])
    ]
    return inline + attached


def in_region(region: str, read: Any) -> Any:
    """Returns what `read` returns in another Region."""
    here = get_region()
    set_request_region(region)
    try:
        return read()
    finally:
        set_request_region(here)


def resource_policy(service: str, arn: str) -> JSON | None:
    """Returns the policy of a resource, if it has one with statements."""
    if arn == "*":
        return None
    if service == "dynamodb" and ":table/" in arn:
        table = "/".join(arn.split("/")[:2])
        found = in_region(arn.split(":")[3], lambda: dynamodb._resource_policies.get(table))
        policy = found and found["Policy"]
    else:
        region = arn.split(":")[3] or get_region()
        policy = (in_region(region, lambda: iam_evaluator._resource_policy(service, arn)) or (None,))[0]
    document = document_of(policy) if policy else None
    return document if document and document["Statement"] else None


def ask(question: JSON) -> str | None:
    """Asks the second evaluator, once for each question; returns why it refuses, or None."""
    text = json.dumps(question, sort_keys=True)
    if text not in DECIDED:
        request = urllib.request.Request(str(URL), text.encode(), {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as response:
            DECIDED[text] = json.load(response)["refused"]
    return DECIDED[text]


def ask_for_role(session: str, action: str, resource: str, context: JSON, elsewhere: str | None = None) -> str | None:
    """Asks for a call by a role's session, such as `arn:aws:sts::1:assumed-role/ROLE/FUNCTION`; MiniStack may have refused it."""
    account, role = session.split(":")[4], session.split("/")[1]
    policies = policies_of(role)
    theirs = resource_policy(action.split(":")[0], resource)
    named = json.dumps([policies, theirs]).lower()
    ours = {
        "aws:PrincipalArn": f"arn:aws:iam::{account}:role/{role}",
        "aws:PrincipalIsAWSService": "false",
        "aws:SecureTransport": "true",
    }
    keys = {key: value for key, value in context.items() if value is not None and f'"{key.lower()}"' in named}
    question = {"principal": session, "action": action, "resource": resource, "account": account, "elsewhere": elsewhere}
    return ask({**question, "context": {**keys, **ours}, "identityPolicies": policies, "resourcePolicy": theirs})


def ask_for_function(config: JSON, action: str, resource: str) -> str | None:
    """Asks for a call that Lambda makes with the role of a function."""
    role = config["Role"].split("/")[-1]
    session = f"arn:aws:sts::{get_account_id()}:assumed-role/{role}/{config['FunctionName']}"
    return ask_for_role(session, action, resource, {})


def ask_for_service(service: str, resource: str, source_arn: str, trust: JSON | None = None) -> str | None:
    """Asks for an invocation by a service, which the function's own policy allows; or for a role, which its trust policy allows."""
    account = get_account_id()
    question = {
        "principal": service,
        "action": "lambda:InvokeFunction" if trust is None else "sts:AssumeRole",
        "resource": resource,
        "account": account,
        "context": {"aws:SourceArn": source_arn, "aws:SourceAccount": account},
        "identityPolicies": [],
        "resourcePolicy": trust or resource_policy("lambda", resource),
    }
    return ask(question)


extract_action, enforce_alone = iam_actions.extract_iam_action, iam_evaluator.enforce


def extract(service: str, method: str, path: str, headers: dict[str, str], body: bytes, params: JSON) -> str | None:
    """Remembers a request, which is read again when its action is known."""
    REQUEST.set((method, headers, body))
    return extract_action(service, method, path, headers, body, params)


def namespace() -> JSON:
    """Returns the condition key of PutMetricData."""
    _, headers, body = REQUEST.get()
    if "cbor" in headers.get("content-type", ""):
        import cbor2

        return {"cloudwatch:namespace": cbor2.loads(body)["Namespace"]}
    return {"cloudwatch:namespace": json.loads(body)["Namespace"]}


def is_missing(object_arn: str) -> bool:
    """Whether a bucket has no such object."""
    bucket, _, key = object_arn.removeprefix("arn:aws:s3:::").partition("/")
    return key not in (s3._buckets.get(bucket) or {}).get("objects", {key: None})


def ask_for_s3(session: str, object_arn: str, context: JSON) -> str | None:
    """Asks for what S3 also looks at when a role gets an object."""
    bucket_arn = object_arn.split("/")[0]
    if is_missing(object_arn):
        # S3 responds with 404 only to who may list the bucket, and with 403 to others (HeadObject, "Permissions").
        return ask_for_role(session, "s3:ListBucket", bucket_arn, context)
    encryption = s3._bucket_encryption.get(bucket_arn.removeprefix("arn:aws:s3:::")) or ""
    key = re.search("<KMSMasterKeyID>(arn:[^<]+)<", encryption)
    if key is None or REQUEST.get()[0] != "GET":
        return None
    # S3 decrypts with the permissions of its caller (S3, "Using server-side encryption with AWS KMS keys").
    region, account = key[1].split(":")[3:5]
    through = {"kms:ViaService": f"s3.{region}.amazonaws.com", "kms:CallerAccount": account}
    return ask_for_role(session, "kms:Decrypt", key[1], through)


def enforce(key: str, action: str, service: str, region: str, resource_arn: str = "*", service_context: Any = None) -> Any:
    """Enforces the policies of both evaluators, but for the roles that `cdk bootstrap` makes, which are not ours: signatures alone."""
    context = {**(service_context or {}), **(namespace() if action == "cloudwatch:PutMetricData" else {})}
    if action.startswith("dynamodb:") and resource_arn == "*":
        resource_arn = json.loads(REQUEST.get()[2]).get("ResourceArn", "*")  # MiniStack reads the name of a table only
    schedule = json.loads(REQUEST.get()[2]) if action == "scheduler:CreateSchedule" else None
    if schedule is not None:
        resource_arn = resource_arn.replace("/default/", f"/{schedule['GroupName']}/")  # MiniStack reads the path only
    pattern, spelling = MISREAD.get(action, ("^$", ""))
    resource_arn = re.sub(pattern, spelling.format(region=region, account=get_account_id()), resource_arn)
    if action.startswith("logs:") and re.search(":log-group:[^:]+$", resource_arn):
        resource_arn += ":log-stream:"  # as AWS spells a log group in its refusals of CreateLogGroup and PutRetentionPolicy
    denied = enforce_alone(key, action, service, region, resource_arn, context)
    principal = iam_evaluator.resolve_principal(key or "", get_account_id())
    if any(isinstance(each, iam_evaluator.AuthError) for each in (denied, principal)) or ":assumed-role/" not in principal.arn:
        return denied
    if "assumed-role/cdk-" in principal.arn:
        return None
    refused = ask_for_role(principal.arn, action, resource_arn, context, denied and denied.decision)
    if refused is None and action in ("s3:GetObject", "s3:GetObjectVersion"):
        refused = ask_for_s3(principal.arn, resource_arn, context)
    if refused is None and schedule is not None:
        passed = {"iam:PassedToService": "scheduler.amazonaws.com"}
        refused = ask_for_role(principal.arn, "iam:PassRole", schedule["Target"]["RoleArn"], passed)
    if denied is None and refused is not None:
        return iam_evaluator.EvalResult("ImplicitDeny", principal_arn=principal.arn, reason=refused)
    return denied


emit_logs, apply_filter = lambda_svc._emit_lambda_logs, lambda_svc._apply_filter_criteria
call_lambda, dispatch_to_lambda = apigateway_v1._call_lambda_raw, eventbridge._dispatch_to_lambda
invoke_target = eventbridge._invoke_target
invoke_authorizer = apigateway_v1._invoke_authorizer_lambda


def emit(func: JSON, *args: Any, **options: Any) -> None:
    """Lambda writes the log of a function with its role."""
    config = func.get("config") or func
    if not config.get("Role"):
        return emit_logs(func, *args, **options)
    _, _, _, region, account = config["FunctionArn"].split(":")[:5]
    group = (config.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{config['FunctionName']}"
    arn = f"arn:aws:logs:{region}:{account}:log-group:{group}"
    from ministack.services import cloudwatch_logs

    if group not in cloudwatch_logs._log_groups:
        ask_for_function(config, "logs:CreateLogGroup", f"{arn}:log-stream:")
    for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
        ask_for_function(config, action, f"{arn}:log-stream:stream")
    return emit_logs(func, *args, **options)


def filter_records(records: list[JSON], mapping: JSON) -> list[JSON]:
    """Lambda reads a stream with the role of the function (Lambda, "Process DynamoDB records")."""
    stream = mapping["EventSourceArn"]
    function, _ = lambda_svc._get_func_record_for_qualifier(mapping["FunctionName"], mapping.get("Qualifier"))
    if ":dynamodb:" in stream and function is not None:
        for action in ("DescribeStream", "GetShardIterator", "GetRecords"):
            ask_for_function(function["config"], f"dynamodb:{action}", stream)
        ask_for_function(function["config"], "dynamodb:ListStreams", "*")
    return apply_filter(records, mapping)


async def call(function: str, event: JSON, **options: Any) -> Any:
    """API Gateway invokes a function for a method."""
    context = event.get("requestContext", {})
    method = f"{context.get('stage')}/{context.get('httpMethod')}{context.get('resourcePath')}"
    region, account = options.get("region") or get_region(), get_account_id()
    source = f"arn:aws:execute-api:{region}:{account}:{context.get('apiId')}/{method}"
    ask_for_service("apigateway.amazonaws.com", function, source)
    return await call_lambda(function, event, **options)


async def authorize(authorizer: JSON, event: JSON, *scope: Any) -> Any:
    """API Gateway invokes the function of an authorizer."""
    function = authorizer["authorizerUri"].split("/functions/")[1].removesuffix("/invocations")
    api = event["methodArn"].split("/")[0]
    ask_for_service("apigateway.amazonaws.com", function, f"{api}/authorizers/{authorizer['id']}")
    return await invoke_authorizer(authorizer, event, *scope)


def dispatch(arn: str, payload: str) -> None:
    """EventBridge invokes a function for a rule, which a scheduled event names."""
    for rule in json.loads(payload).get("resources", []):
        if ":rule/" in rule:
            ask_for_service("events.amazonaws.com", arn, rule)
    dispatch_to_lambda(arn, payload)


def invoke(target: JSON, event: JSON, rule: JSON, *view: Any) -> None:
    """Scheduler calls a function with the role of the schedule, which it assumes for the schedule's group."""
    if event.get("Source") == "aws.scheduler":
        account, role = get_account_id(), target["RoleArn"].split("/")[-1]
        group = f"arn:aws:scheduler:{get_region()}:{account}:schedule-group/{rule['GroupName']}"
        trust = document_of(iam._roles[role]["AssumeRolePolicyDocument"])
        ask_for_service("scheduler.amazonaws.com", target["RoleArn"], group, trust)
        ask_for_role(f"arn:aws:sts::{account}:assumed-role/{role}/schedule", "lambda:InvokeFunction", target["Arn"], {})
    invoke_target(target, event, rule, *view)


if URL:
    sigv4.request_time_failure = lambda _signature: None  # a test may move the clocks of functions
    app.pin_request_origin = lambda ip, _is_secure: iam_evaluator.pin_request_origin(ip, True)  # as on AWS, calls use TLS
    iam_actions.extract_iam_action, iam_evaluator.enforce = extract, enforce
    lambda_svc._emit_lambda_logs, lambda_svc._apply_filter_criteria = emit, filter_records
    apigateway_v1._invoke_authorizer_lambda = authorize
    apigateway_v1._call_lambda_raw, eventbridge._dispatch_to_lambda = call, dispatch
    eventbridge._invoke_target = invoke
