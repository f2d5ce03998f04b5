"""Policies: observation in, action out."""

from agoranomos.policies.document import ChosenPolicy, PolicyDocument, choose_policy
from agoranomos.policies.noise import Noisy
from agoranomos.policies.policy import Account, Call, Decision, Policy, Seat
from agoranomos.policies.policy_type import PolicyType
from agoranomos.policies.registry import POLICIES, ListedPolicy, find_policy, list_policies
from agoranomos.policies.reminded import Reminded
from agoranomos.policies.tremble import Trembling

__all__ = [
    "POLICIES",
    "Account",
    "Call",
    "ChosenPolicy",
    "Decision",
    "ListedPolicy",
    "Noisy",
    "Policy",
    "PolicyDocument",
    "PolicyType",
    "Reminded",
    "Seat",
    "Trembling",
    "choose_policy",
    "find_policy",
    "list_policies",
]
