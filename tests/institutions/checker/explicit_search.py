"""A search through every standing of a random graph, written for the tests alone.

It shares nothing with the checker: dictionaries and sets, Python's `eval` for guards, its own reading of the language,
no folding of counters, no classes of circumstances.
"""

from __future__ import annotations

import itertools
from collections import deque
from dataclasses import dataclass, replace

from institutions.checker.random_graphs import RandomGraph


@dataclass(frozen=True)
class Agent:
    state: str
    counters: tuple[int, ...]
    age: int = 0
    timer: int = 0
    suspended: bool = False
    crossed: tuple[int, ...] = ()  # rounds since each edge was crossed, 0: three or more


Node = tuple[str, Agent, Agent]
Round = dict[str, object]


class Search:
    """Every standing that is reached, and what each set of signals makes of it."""

    def __init__(self, graph: RandomGraph) -> None:
        self.graph = graph
        self.code = {text: compile(text, "guard", "eval") for text in self._texts()}
        start = Agent("s0", tuple(0 for _ in graph.counters), crossed=tuple(0 for _ in graph.edges))
        starts: list[Node] = [(kind, start, start) for kind in (("twin", "idle") if graph.joint else ("twin",))]
        sets = [frozenset(c) for n in range(len(graph.signals) + 1) for c in itertools.combinations(graph.signals, n)]
        self.rounds: dict[Node, list[Round]] = {}
        queue = deque(starts)
        seen = set(starts)
        while queue:
            node = queue.popleft()
            self.rounds[node] = [self._round(node, fired) for fired in sets]
            for one in self.rounds[node]:
                if one["next"] not in seen:
                    seen.add(one["next"])
                    queue.append(one["next"])

    def _texts(self) -> set[str]:
        graph = self.graph
        texts = {when[1] for when, _ in graph.events.values()}
        texts |= {update[1] for _, update in graph.counters.values() if update}
        for edge in graph.edges:
            texts |= {text[1] for text in (edge.when, edge.requires) if text} | {t[1] for t in edge.set.values()}
        return texts

    def _say(self, text: str, names: dict[str, object]) -> object:
        return eval(self.code[text], {}, names)

    def _round(self, node: Node, fired: frozenset[str]) -> Round:
        kind, own, rival = node
        quiet: frozenset[str] = frozenset()
        agents = (own, rival)
        given = (fired, fired if kind == "twin" else quiet)
        evident = not any(agent.suspended for agent in agents) if self.graph.joint else not own.suspended
        named = [self._events(agents, k, given[k], evident) for k in (0, 1)]
        updated = [self._updated(agents[k], named[k], evident) for k in (0, 1)]
        for k in (0, 1):
            named[k] |= self._everyone(updated)
        mine = self._decide(own, named[0], updated[0])
        theirs = self._decide(rival, named[1], updated[1]) if self.graph.joint else mine
        return {**mine, "next": (kind, mine["agent"], theirs["agent"])}

    def _everyone(self, counters: list[tuple[int, ...]]) -> dict[str, object]:
        names: dict[str, object] = {}
        for index, name in enumerate(self.graph.counters):
            names[f"least_{name}"] = min(values[index] for values in counters)
            names[f"most_{name}"] = max(values[index] for values in counters)
        return names

    def _events(self, agents: tuple[Agent, Agent], k: int, fired: frozenset[str], evident: bool) -> dict[str, object]:
        agent, other = agents[k], agents[1 - k]
        names: dict[str, object] = {name: evident and name in fired for name in self.graph.signals}
        names |= {"state": agent.state, "rounds_in_state": agent.age + 1, "expiry": agent.timer == 1}
        names |= dict(zip(self.graph.counters, agent.counters, strict=True))
        names |= {f"others_{state}": int(other.state == state) for state in self.graph.states}
        names |= self._everyone([one.counters for one in agents])
        for name, (when, _) in self.graph.events.items():
            names[name] = evident and bool(self._say(when[1], names))
        return names

    def _updated(self, agent: Agent, names: dict[str, object], evident: bool) -> tuple[int, ...]:
        if evident:
            for name, (most, update) in self.graph.counters.items():
                if update:
                    names[name] = min(max(int(self._say(update[1], names)), 0), most)
        return tuple(int(names[name]) for name in self.graph.counters)

    def _decide(self, agent: Agent, names: dict[str, object], counters: tuple[int, ...]) -> Round:
        asked: dict[int, str] = {}
        for index, edge in enumerate(self.graph.edges):
            if edge.source == agent.state and names[edge.on] and (not edge.when or self._say(edge.when[1], names)):
                since = agent.crossed[index]
                cooling = since and since <= edge.cooldown
                denied = edge.requires and not self._say(edge.requires[1], names)
                asked[index] = "cooldown" if cooling else "gate" if denied else "open"
        taken = next((index for index, fate in asked.items() if fate == "open"), None)
        crossed = tuple(since + 1 if since and since < 3 else 0 for since in agent.crossed)
        after = replace(
            agent, counters=counters, age=min(agent.age + 1, 6), timer=max(agent.timer - 1, 0), crossed=crossed
        )
        if taken is not None:
            edge = self.graph.edges[taken]
            given = {name: int(self._say(text[1], names)) for name, text in edge.set.items()}
            moved = edge.target != edge.source
            after = Agent(
                edge.target,
                tuple(
                    min(max(given.get(name, value), 0), self.graph.counters[name][0])
                    for name, value in zip(self.graph.counters, counters, strict=True)
                ),
                0,
                edge.lasts if edge.lasts or moved else after.timer,
                edge.suspend or (agent.suspended and not moved),
                tuple(1 if k == taken else since for k, since in enumerate(crossed)),
            )
        happened = {name for name in self.graph.events if names[name]}
        return {"agent": after, "edge": taken, "asked": asked, "events": happened, "expiry": agent.timer == 1}

    def verdicts(self) -> set[tuple[str, int]]:
        """Rule and line of every fault of the kinds that the tests compare."""
        at = self.graph.lines
        found: set[tuple[str, int]] = set()
        states = {node[1].state for node in self.rounds}
        found |= {("unreachable-state", at["state", s]) for s in self.graph.states if s not in states}
        found |= {("never crossed", at["edge", k]) for k in range(len(self.graph.edges)) if not self._crossings(k)}
        found |= self._traps() | self._endless() | self._free() | self._overlaps() | self._guards() | self._weaker()
        return found

    def _crossings(self, index: int) -> list[tuple[Node, Round]]:
        return [(node, one) for node, rounds in self.rounds.items() for one in rounds if one["edge"] == index]

    def _reaching(self, goal: set[Node]) -> set[Node]:
        before: dict[Node, list[Node]] = {}
        for node, rounds in self.rounds.items():
            for one in rounds:
                before.setdefault(one["next"], []).append(node)
        found, queue = set(goal), list(goal)
        while queue:
            for node in before.get(queue.pop(), []):
                if node not in found:
                    found.add(node)
                    queue.append(node)
        return found

    def _traps(self) -> set[tuple[str, int]]:
        lost = set(self.rounds) - self._reaching({node for node in self.rounds if node[1].state == "s0"})
        moving = {n for n, rounds in self.rounds.items() if any(r["next"][1].state != n[1].state for r in rounds)}
        stuck = lost - self._reaching(moving)
        adrift = lost - self._reaching(stuck)
        return {("dead-end", node[1].state) for node in stuck} | {("no-way-back", node[1].state) for node in adrift}

    def _on_cycle(self, steps: dict[Node, set[Node]], origin: Node, after: Node) -> bool:
        seen, queue = {after}, [after]
        while queue:
            node = queue.pop()
            if node == origin:
                return True
            for other in steps.get(node, ()):
                if other not in seen:
                    seen.add(other)
                    queue.append(other)
        return False

    def _endless(self) -> set[tuple[str, int]]:
        steps = {
            node: {one["next"] for one in rounds if one["next"][1].suspended}
            for node, rounds in self.rounds.items()
            if node[1].suspended
        }
        return {
            ("unbounded-exclusion", node[1].state)
            for node, after in steps.items()
            if any(self._on_cycle(steps, node, one) for one in after)
        }

    def _costs(self, index: object) -> bool:
        return index is not None and bool(self.graph.edges[index].rate or self.graph.edges[index].suspend)

    def _free(self) -> set[tuple[str, int]]:
        accusing = {name for name, (_, accuses) in self.graph.events.items() if accuses}
        steps: dict[Node, set[Node]] = {
            node: {one["next"] for one in rounds if not self._costs(one["edge"])}
            for node, rounds in self.rounds.items()
        }
        found: set[tuple[str, int]] = set()
        for node, rounds in self.rounds.items():
            for one in rounds:
                if one["events"] & accusing and not self._costs(one["edge"]):
                    key = ("free-offence", one["edge"] if one["edge"] is not None else node[1].state)
                    if key not in found and self._on_cycle(steps, node, one["next"]):
                        found.add(key)
        return found

    def _accuses(self, index: int) -> bool:
        return self.graph.edges[index].on != "expiry" and self.graph.events[self.graph.edges[index].on][1]

    def _overlaps(self) -> set[tuple[str, int]]:
        found: set[tuple[str, int]] = set()
        everything = [one["asked"] for rounds in self.rounds.values() for one in rounds]
        for a, b in itertools.combinations(range(len(self.graph.edges)), 2):
            one, other = self.graph.edges[a], self.graph.edges[b]
            same = (one.target, one.lasts, one.set, one.rate, one.suspend) == (
                other.target,
                other.lasts,
                other.set,
                other.rate,
                other.suspend,
            )
            if one.source != other.source or same or (self._accuses(a) and not self._accuses(b)):
                continue
            both = any(
                r["edge"] == a and r["asked"].get(b) == "open" for rounds in self.rounds.values() for r in rounds
            )
            exception = all(b in asked for asked in everything if a in asked)
            swallowed = all(asked.get(a) == "open" for asked in everything if asked.get(b) == "open")
            if both and not exception and not swallowed:
                found.add(("two-edges-enabled", self.graph.lines["edge", b]))
        return found

    def _guards(self) -> set[tuple[str, int]]:
        found: set[tuple[str, int]] = set()
        for index, edge in enumerate(self.graph.edges):
            rounds = [
                one
                for node, several in self.rounds.items()
                if node[1].state == edge.source
                for one in several
                if (one["expiry"] if edge.on == "expiry" else edge.on in one["events"])
            ]
            asked = [index in one["asked"] for one in rounds]
            if edge.when and rounds and all(asked):
                found.add(("guard-always-true", self.graph.lines["edge", index]))
            if edge.when and rounds and not any(asked):
                found.add(("guard-always-false", self.graph.lines["edge", index]))
            fates = [one["asked"][index] for one in rounds if index in one["asked"]]
            if edge.cooldown and self._crossings(index) and "cooldown" not in fates:
                found.add(("idle cooldown", self.graph.lines["edge", index]))
        for name in self.graph.events:
            if not any(name in one["events"] for rounds in self.rounds.values() for one in rounds):
                found.add(("event-without-signal", self.graph.lines["event", name]))
        return found

    def _weaker(self) -> set[tuple[str, int]]:
        """Whether an accused agent that was fined can next be charged less, with only accused rounds in between."""
        accusing = {name for name, (_, accuses) in self.graph.events.items() if accuses}
        pending: dict[Node, set[float]] = {}
        queue: list[tuple[Node, float]] = []
        for rounds in self.rounds.values():
            for one in rounds:
                k = one["edge"]
                if k is not None and one["events"] & accusing:
                    edge = self.graph.edges[k]
                    if edge.rate and not edge.suspend:
                        queue.append((one["next"], edge.rate))
        found: set[tuple[str, int]] = set()
        while queue:
            node, rate = queue.pop()
            if rate in pending.setdefault(node, set()):
                continue
            pending[node].add(rate)
            for one in self.rounds[node]:
                if not one["events"] & accusing:
                    continue
                k = one["edge"]
                if k is None:
                    queue.append((one["next"], rate))
                elif self._accuses(k):
                    edge = self.graph.edges[k]
                    if not edge.suspend and edge.rate < rate:
                        found.add(("weakening-ladder", self.graph.lines["edge", k]))
        return found
