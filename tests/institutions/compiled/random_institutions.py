"""Random valid manifests that use every feature of the language, and random facts to bind them to.

Guards are random well-typed expressions that always can be decided: they divide by constants only.
"""

from __future__ import annotations

import json
import random
from typing import Any

from agoranomos.documents import Source
from agoranomos.institutions import Institution, load_institution
from agoranomos.institutions.signals.drift import OF_ANSWERS
from agoranomos.markets.cournot.measures import MEASURE_KINDS
from agoranomos.markets.facts import SCALE, MarketFacts
from agoranomos.scenarios.measures import COMMON_KINDS

MEASURES = {name: kind for name, kind in (MEASURE_KINDS | COMMON_KINDS).items() if name != "detected_e6"}
"""Of a market and of a scenario, whose measures are shares of agents and of the market."""
RELATIVE = {name.removesuffix("_e6") for name, kind in MEASURES.items() if kind.relative}
PUBLIC = {name.removesuffix("_e6") for name, kind in MEASURES.items() if kind.public}
AXES = {name.removesuffix("_e6"): kind.axes for name, kind in MEASURES.items()}
SHARES = {name.removesuffix("_e6") for name, kind in MEASURES.items() if kind.least_e6 == 0 and kind.most_e6 == SCALE}


def random_facts(chance: random.Random) -> MarketFacts:
    """A market of one to four agents and one to three goods that publishes what a Cournot market and a scenario do."""
    agents = tuple(f"firm_{i + 1}" for i in range(chance.choice([1, 2, 2, 3, 4])))
    goods = ("A", "B", "C")[: chance.randint(1, 3)]
    benchmarks = {
        name: {measure: random_measure(chance, measure, len(agents), len(goods)) for measure in MEASURES}
        for name in ("nash", "monopoly", "competitive", "division", "comply", "violate")
    }
    return MarketFacts("random", agents, goods, MEASURES, benchmarks)


def random_measure(
    chance: random.Random, measure: str, firms: int, goods: int, undefined: float = 0.0, huge: float = 0.0
) -> Any:
    """A value of one measure; coarse, so that sums meet thresholds exactly, and a share of them `huge`."""

    def cell() -> int | None:
        if chance.random() < undefined:
            return None
        if chance.random() >= huge:
            steps = chance.randint(0, 10) if chance.random() < 0.8 else chance.randint(-3, 30)
            value = steps * SCALE // 10 + (chance.randint(-1, 1) if chance.random() < 0.1 else 0)
            return max(value, 0) if measure == "quantity_e6" else value
        most = 2**50 if "profit" in measure else 2**53 - 1  # no fine is beyond 64 bits
        return chance.randint(0 if measure == "quantity_e6" else -most, most)

    lengths = {"firm": firms, "good": goods}

    def of(axes: tuple[str, ...]) -> Any:
        return tuple(of(axes[1:]) for _ in range(lengths[axes[0]])) if axes else cell()

    return of(MEASURES[measure].axes)


def random_manifest(seed: int) -> tuple[str, MarketFacts]:
    """A random manifest as YAML, with facts that it can be bound to."""
    chance = random.Random(seed)
    facts = random_facts(chance)
    return json.dumps(_Writer(chance, facts).manifest(), indent=1), facts  # JSON is YAML


def random_institution(seed: int) -> tuple[str, Institution, MarketFacts]:
    """A random manifest, and what it says when it is read."""
    text, facts = random_manifest(seed)
    return text, load_institution(Source("random.yaml", text)), facts


class _Writer:
    """Writes one manifest: names first, then what uses them."""

    def __init__(self, chance: random.Random, facts: MarketFacts) -> None:
        self.chance = chance
        self.firms, self.goods = len(facts.agents), len(facts.goods)
        self.states = [f"s{k}" for k in range(chance.randint(1, 5))]
        self.counters = {f"c{k}": chance.choice([1, 2, 3, 5, 20, 1000]) for k in range(chance.randint(0, 4))}
        self.parameters = {f"p{k}": chance.randint(-3, 12) for k in range(chance.randint(0, 2))}
        self.audits = [f"audit{k}" for k in range(chance.choice([0, 0, 1, 2]))]
        self.signals: dict[str, Any] = {}
        self.events: dict[str, Any] = {}

    def some(self, share: float) -> bool:
        return self.chance.random() < share

    def manifest(self) -> dict[str, Any]:
        chance = self.chance
        observation = self.observation() if self.some(0.5) else None
        readable = set(AXES)
        if observation is not None and observation.get("sees") == "public":
            readable &= PUBLIC
        blind = observation is not None and observation.get("benchmarks") == "none"
        if blind:
            readable -= RELATIVE
        self.readable = sorted(readable)
        self.blind = blind
        self.public = observation is not None and observation.get("sees") == "public"
        for k in range(chance.randint(1, 4)):
            self.signals[f"g{k}"] = self.signal()
        if observation is not None:
            observation = self.settled(observation)
        for k in range(chance.randint(1, 4)):
            self.events[f"e{k}"] = self.event()
        counters = {
            name: {"max": most, "initial": chance.randint(0, min(most, 2))}
            | ({"next": self.integer(2, allowed=True)} if self.some(0.7) else {})
            for name, most in self.counters.items()
        }
        transitions, keys = [], set()
        for k in range(chance.randint(1, 9)):
            edge = self.transition()
            edge["rule"] = f"R{k}"
            if (key := (edge["from"], edge["to"], k)) not in keys:
                keys.add(key)
                transitions.append(edge)
        found: dict[str, Any] = {
            "kind": "institution",
            "version": 1,
            "name": "random",
            "initial": chance.choice(self.states),
            "states": {name: {"label": name.upper()} for name in self.states},
            "parameters": self.parameters,
            "signals": self.signals,
            "events": self.events,
            "counters": counters,
            "transitions": transitions,
        }
        if self.audits:
            found["audits"] = {
                name: {"probability": chance.choice([0.1, 0.25, 0.5, 0.9]), "of": chance.choice(["agent", "market"])}
                for name in self.audits
            }
        if observation:
            found["observation"] = observation
        if self.some(0.15):
            found["sanctions"] = dict.fromkeys(
                chance.choice([["applied"], ["announced"], ["applied", "announced"]]), False
            )
        return found

    def observation(self) -> dict[str, Any]:
        chance = self.chance
        found: dict[str, Any] = {}
        if self.some(0.3):
            found["sees"] = "public"
        if self.some(0.5):
            found["lag"] = chance.randint(1, 3)
        draw = chance.random()
        if draw < 0.25:
            found["benchmarks"] = "none"
        elif draw < 0.5:
            found["benchmarks"] = {"estimated": 0.1}
        if self.some(0.5) or not found:
            found["error"] = {}
        return found

    def settled(self, observation: dict[str, Any]) -> dict[str, Any]:
        """The observation with errors of what signals read, and without what would change nothing."""
        reads = {spec["measure"] for spec in self.signals.values()}
        reads |= {spec["accuses"]["measure"] for spec in self.signals.values() if "accuses" in spec}
        if "error" in observation:
            chosen = self.chance.sample(sorted(reads), self.chance.randint(1, len(reads)))
            observation["error"] = {name: self.chance.choice([0.05, 0.3]) for name in sorted(chosen)}
        if isinstance(observation.get("benchmarks"), dict) and not reads & RELATIVE:
            del observation["benchmarks"]
        return observation

    def threshold(self, measure: str = "") -> float | str:
        chance = self.chance
        draw = chance.random()
        if draw < 0.7:
            return chance.randint(-2, 12) / 10
        if draw < 0.85 or self.blind or not measure:
            return chance.choice(["0.1 * firms", "goods / 4.0", "firms == 2.0 ? 0.6 : 1.5 / firms"])
        return f"0.5 * {chance.choice(['nash', 'monopoly', 'competitive', 'division'])}"

    def persistence(self) -> dict[str, int]:
        if self.some(0.7):
            return {}
        within = self.chance.randint(2, 4)
        return {"persists": self.chance.randint(1, within), "within": within}

    def signal(self) -> dict[str, Any]:
        chance = self.chance
        by_both = [name for name in self.readable if AXES[name] == ("firm", "good")]
        kind = chance.choice(["mean", "mean", "mean", "dispersion-collapse", "synchronous-move", "drift"])
        if kind == "dispersion-collapse" and by_both:
            found = {
                "statistic": kind,
                "measure": chance.choice(by_both),
                "window": chance.randint(1, 4),
                "below": chance.choice([0.05, 0.3, 0.6, 1.0, 1.4]),
            } | self.persistence()
            if self.some(0.3) and not self.blind:
                found["nash_at_least"] = chance.choice([0.2, 0.8])
            return found
        if kind == "synchronous-move" and by_both:
            within = chance.randint(1, 4)
            found = {
                "statistic": kind,
                "measure": chance.choice(by_both),
                "change": chance.choice([0.1, 0.25, 0.5]),
                "persists": chance.randint(1, within),
                "within": within,
            }
            return found | ({"firms": chance.choice([1.0, 2.0, "0.5 * firms"])} if self.some(0.5) else {})
        shares = [name for name in self.readable if name in SHARES and f"{name}_e6" not in OF_ANSWERS]
        if kind == "drift" and shares:
            return self.drift(chance.choice(shares))
        measure = chance.choice(self.readable)
        found = {
            "statistic": "mean",
            "measure": measure,
            "window": chance.choice([1, 1, 2, 3, 5, 40]) if self.some(0.9) else 12,
            chance.choice(["at_least", "at_most"]): self.threshold(measure),
        } | self.persistence()
        goods = "good" in AXES[measure]
        if goods and self.some(0.6):
            found["goods"] = chance.choice(["any", "all", "mean"])
        own = [name for name in self.readable if AXES[name][:1] == ("firm",)]
        if found.get("goods", "any") != "any" or not goods:
            own = [name for name in own if "good" not in AXES[name]]
        if own and self.some(0.4):
            accusing = chance.choice(own)
            found["accuses"] = {"measure": accusing, "at_least": self.threshold(accusing)}
        return found

    def drift(self, measure: str) -> dict[str, Any]:
        """One that can fire: the window is long enough for its limit, whatever the number of agents."""
        chance = self.chance
        found: dict[str, Any] = {
            "statistic": "drift",
            "measure": measure,
            "baseline": chance.choice([0.1, 0.2, 0.3]),
            "to": chance.choice([0.6, 0.8]),
            "window": chance.randint(8, 12),
        }
        if AXES[measure][:1] == ("firm",):
            found["of"] = chance.choice(["agent", "market"])
        if self.some(0.7):
            found |= {"horizon": chance.choice([12, 20]), "false_alarms": chance.choice([0.3, 0.6])}
            found |= {"persistence": 0.5} if self.some(0.3) else {}
        return found

    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = {"when": self.boolean(2)}
        if self.some(0.7):
            found["when"] = f"{self.chance.choice(sorted(self.signals))} || {found['when']}"
        elif self.some(0.3):
            found["when"] = f"!({found['when']})"
        if self.some(0.6):
            found["accuses"] = self.chance.choice(["Rule_1", "Rule_2"])
            if self.some(0.5):
                count = self.chance.randint(1, len(self.signals))
                found["evidence"] = self.chance.sample(sorted(self.signals), count)
        return found

    def transition(self) -> dict[str, Any]:
        chance = self.chance
        accusing = [name for name, event in self.events.items() if "accuses" in event]
        edge: dict[str, Any] = {
            "from": chance.choice(self.states),
            "to": chance.choice(self.states),
            "on": chance.choice([*self.events, *self.events, "expiry"]),
        }
        if self.some(0.5):
            edge["when"] = self.boolean(2, own=True)
        if self.some(0.3):
            edge["requires"] = {f"q{k}": self.boolean(1, own=True) for k in range(chance.randint(1, 3))}
        if self.some(0.4):
            edge["cooldown"] = chance.randint(1, 5)
        draw = chance.random()
        if draw < 0.2:
            edge |= {"suspend": True, "lasts": chance.randint(1, 3)}
        elif draw < 0.4:
            edge |= {"cap": chance.choice([0.0, 0.25, 0.5, 1.0]), "lasts": chance.randint(1, 4)}
        elif draw < 0.7:
            edge["lasts"] = chance.randint(1, 4)
        if "lasts" in edge and self.some(0.3):
            edge["jitter"] = chance.randint(1, 4)
        if self.counters and self.some(0.5):
            names = chance.sample(sorted(self.counters), chance.randint(1, len(self.counters)))
            edge["set"] = {name: self.integer(2, allowed=True) for name in names}
        if self.counters and self.some(0.3):
            edge["forfeit"] = {chance.choice(sorted(self.counters)): chance.randint(1, 3)}
        if self.some(0.5):
            edge["fine"] = self.fine(edge, accusing)
        if self.some(0.3):
            edge["fresh_evidence"] = True
        return edge

    def fine(self, edge: dict[str, Any], accusing: list[str]) -> dict[str, Any]:
        chance = self.chance
        if self.public:
            found: dict[str, Any] = {"rate": 0, "floor": chance.choice([1.0, 250.5])}
        else:
            found = {"rate": chance.choice([0.35, 1.0, 2.5, 99.5])}
            if self.counters and self.some(0.5):
                found["rate"] = [chance.choice([0.1, 0.75, 1.0, 3.0]) for _ in range(chance.randint(1, 4))]
                found["by"] = chance.choice(sorted(self.counters))
            if self.some(0.5):
                found["floor"] = chance.choice([0.000001, 200.0])
        if edge["on"] in accusing and self.some(0.6):
            found["over"] = "evidence"
        if self.some(0.5) and not self.blind:
            found |= chance.choice([{"above": "nash"}, {"of": "gap"}])
        if self.some(0.4):
            found["leniency"] = {"share": chance.choice([1.0, 0.5, 0.333333]), "within": chance.randint(1, 6)}
        return found

    def boolean(self, depth: int, own: bool = False) -> str:
        """A condition; `own` conditions may ask for every event, others for those declared so far."""
        chance = self.chance
        if depth and self.some(0.6):
            left, right = self.boolean(depth - 1, own), self.boolean(depth - 1, own)
            return chance.choice([f"({left} && {right})", f"({left} || {right})", f"!({left})", f"({left} == {right})"])
        if self.some(0.5):
            operator = chance.choice(["<", "<=", "==", ">=", ">", "!="])
            return f"({self.integer(1)} {operator} {self.integer(1)})"
        if self.some(0.2):
            return f"(state {chance.choice(['==', '!='])} '{chance.choice(self.states)}')"
        return chance.choice([*self.signals, *self.events, *self.audits, "expiry", "reported"])

    def integer(self, depth: int, allowed: bool = False) -> str:
        """A count; what stays small, so that nothing overflows."""
        chance = self.chance
        if depth and self.some(0.6):
            left, right = self.integer(depth - 1), self.integer(depth - 1)
            forms = [f"({left} + {right})", f"({left} - {right})", f"({left} % 3)", f"({left} / 2)", f"({left} * 2)"]
            if allowed:
                forms += [f"({self.boolean(1)} ? {left} : {right})"] * 3
            return chance.choice(forms)
        names = [str(chance.randint(0, 4)), "rounds_in_state", "round", "firms", f"others.{chance.choice(self.states)}"]
        names += [*self.parameters] * 2
        for name in self.counters:
            names += [name, name, name, f"least.{name}", f"most.{name}"]
        return chance.choice(names)
