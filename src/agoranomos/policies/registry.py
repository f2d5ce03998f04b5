"""Every policy that a roster may name: the library's (one line each, below), and those of plug-ins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from agoranomos.errors import MachineError, unknown_name
from agoranomos.policies.policy_type import PolicyType
from agoranomos.policies.scripted import Scripted
from agoranomos.workspace.plug_ins import PlugIns, owner
from agoranomos.workspace.registry import Registry

PLUG_IN_GROUP = "agoranomos.policies"
"""Entry points of this group give a `PolicyType`; the entry point's name is the policy's."""

_LIBRARY = {
    "altruistic-punisher": "public_goods:AltruisticPunisher",
    "answering": "answering:ANSWERING",
    "benchmark": "benchmark:Benchmark",
    "best-response": "adaptive:BestResponse",
    "bid-rotation": "procurement:BidRotation",
    "cartel-with-report": "leniency_cartel:CartelWithReport",
    "cartelist": "leniency_cartel:Cartelist",
    "choosing": "choosing:CHOOSING",
    "commons-opportunist": "commons:Opportunist",
    "conditional-cooperator": "public_goods:ConditionalCooperator",
    "conditional-user": "commons:ConditionalUser",
    "constant-hazard": "null_players:ConstantHazard",
    "cover-bidder": "procurement:CoverBidder",
    "deterred": "leniency_cartel:Deterred",
    "divider": "collusive:Divider",
    "edgeworth": "edgeworth:Edgeworth",
    "fictitious-play": "fictitious_play:FictitiousPlay",
    "free-rider": "public_goods:FreeRider",
    "greedy": "commons:Greedy",
    "grim-trigger": "grim_trigger:GrimTrigger",
    "herald": "herald:Herald",
    "honest-expert": "credence_goods:HonestExpert",
    "human": "human:HUMAN",
    "iid-chooser": "null_players:IidChooser",
    "imitation": "imitation:Imitation",
    "informer": "gaming:Informer",
    "investor": "bertrand.investor:Investor",
    "ladder-gamer": "gaming:LadderGamer",
    "learner": "learning:Learner",
    "menu-best-response": "menu_best_response:MenuBestResponse",
    "mixed-nash": "mixed_nash:MixedNash",
    "myopic-best-response": "null_players:MyopicBestResponse",
    "nash": "equilibrium:Nash",
    "nash-share-cartel": "collusive:NashShareCartel",
    "overcharger": "credence_goods:Overcharger",
    "overtreater": "credence_goods:Overtreater",
    "parked-divider": "collusive:ParkedDivider",
    "payoff-biased-imitation": "null_players:PayoffBiasedImitation",
    "ppo": "ppo:PPO",
    "price-cartel": "bertrand.price_cartel:PriceCartel",
    "prompted": "prompted:PROMPTED",
    "punish-and-return": "punish_and_return:PunishAndReturn",
    "q-learning": "q_learning:QLearning",
    "random": "chance:Random",
    "regret-matching": "regret_matching:RegretMatching",
    "rotation": "rotation:Rotation",
    "roth-erev": "roth_erev:RothErev",
    "smooth-fictitious-play": "fictitious_play:SmoothFictitiousPlay",
    "sustainable-share": "commons:SustainableShare",
    "threshold-user": "commons:ThresholdUser",
    "tit-for-tat": "tit_for_tat:TitForTat",
    "tool-using": "tool_using:TOOL_USING",
    "trial-cartelist": "leniency_cartel:TrialCartelist",
    "trial-expert": "credence_goods:TrialExpert",
    "trigger-price": "cournot:TriggerPrice",
    "undertreater": "credence_goods:Undertreater",
    "win-stay-lose-shift": "win_stay_lose_shift:WinStayLoseShift",
    "zero-intelligence": "chance:ZeroIntelligence",
    "zero-intelligence-constrained": "double_auction:ConstrainedZeroIntelligence",
    "zip": "double_auction:ZipTrader",
}
"""Name, and the module in this package that holds the policy's class (or its `PolicyType`), loaded when asked for."""

_PLUG_INS = PlugIns(PLUG_IN_GROUP, PolicyType, "policy", _LIBRARY)


def _policy_type(found: object) -> PolicyType:
    return found if isinstance(found, PolicyType) else PolicyType.scripted(cast(type[Scripted[Any, Any]], found))


POLICIES = Registry("agoranomos.policies", _LIBRARY, _PLUG_INS, _policy_type)


@dataclass(frozen=True, slots=True)
class ListedPolicy:
    """One line of a list of policies; `problem` says why a plug-in does not load, and is empty otherwise."""

    name: str
    summary: str
    origin: str
    problem: str = ""


def find_policy(name: str) -> PolicyType:
    """The registered policy `name`; raises `UsageError` with the nearest name, or the plug-in's `MachineError`."""
    try:
        return POLICIES[name]
    except KeyError:
        raise unknown_name("policy", name, POLICIES) from None


def list_policies() -> list[ListedPolicy]:
    """Every registered policy, the broken plug-ins among them, sorted by name."""
    listed = [ListedPolicy(name, POLICIES[name].summary, "library") for name in _LIBRARY]
    for entry in _PLUG_INS.entries:
        summary, problem = "", ""
        try:
            summary = _PLUG_INS.only(entry.name).summary
        except MachineError as error:
            problem = error.message
        listed.append(ListedPolicy(entry.name, summary, owner(entry), problem))
    return sorted(listed, key=lambda policy: (policy.name, policy.origin != "library", policy.origin))
