"""Asks Principal Mapper, which evaluates policies of IAM in Python, each question of a file. Prints a list: whether it allows each."""

import collections
import collections.abc
import json
import sys

# Its release is older than Python 3.10, which has these elsewhere.
collections.Mapping = collections.abc.Mapping
collections.MutableMapping = collections.abc.MutableMapping

from principalmapper.common import Node, Policy  # noqa: E402
from principalmapper.querying.local_policy_simulation import (  # noqa: E402
    ResourcePolicyEvalResult,
    resource_policy_authorization,
)
from principalmapper.querying.query_interface import local_check_authorization_full  # noqa: E402


def is_allowed(question):
    principal, bucket_policy, account = (question[name] for name in ('principal', 'resourcePolicy', 'account'))
    request = (question['action'], question['resource'], question['context'])
    if not principal.startswith('arn:'):
        result = resource_policy_authorization(principal, account, bucket_policy, *request)
        return result is ResourcePolicyEvalResult.SERVICE_MATCH
    policies = [Policy('arn:aws:iam::aws:policy/x', each['name'], each['policy']) for each in question['identityPolicies']]
    role = Node(question['context']['aws:PrincipalArn'], 'AROA', policies, [], {}, None, 0, False, False, None, False, {})
    return local_check_authorization_full(role, *request, bucket_policy, account)


with open(sys.argv[1], encoding='utf-8') as file:
    # It compares numbers in the spelling of policies.
    questions = json.load(file, parse_float=str)
print(json.dumps([is_allowed(question) for question in questions]))
