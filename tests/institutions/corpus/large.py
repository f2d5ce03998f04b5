"""A large institution: a ring of states, each with a fine that climbs, one that does not, and two ways back."""

from __future__ import annotations


def large_graph(states: int = 50) -> str:
    """The manifest's text: `states` states with four edges each."""
    rows = ["kind: institution", "version: 1", "name: large", "initial: s0", "states:"]
    rows += [f"  s{k}: {{label: S{k}}}" for k in range(states)]
    rows += ["signals:"]
    rows += [f"  x{k}: {{statistic: mean, measure: x{k}, window: 5, at_least: 0.5}}" for k in range(3)]
    rows += ["events:", "  offence: {when: x0 || x1, accuses: R}", '  clean: {when: "!offence && x2"}', "counters:"]
    rows += ["  tier: {max: 3}", '  streak: {max: 1000, next: "clean ? streak + 1 : 0"}', "rules:"]
    rows += ["  R: {attribute: A firm, deontic: must not, aim: offend}"]
    rows += ["  S: {attribute: A firm, deontic: may, aim: return}", "transitions:"]
    for k in range(states):
        up, far, down, half = (k + 1) % states, (k + 7) % states, (k - 1) % states, (k + states // 2) % states
        climb = "set: {tier: tier + 1}, fine: {rate: [0.5, 0.75, 1.0], by: tier}"
        rows += [
            f"  - {{rule: R, from: s{k}, to: s{up}, on: offence, when: tier < 3, lasts: 4, {climb}}}",
            f"  - {{rule: R, from: s{k}, to: s{far}, on: offence, lasts: 4, fine: {{rate: 1.0}}}}",
            f'  - {{rule: S, from: s{k}, to: s{down}, on: clean, when: streak >= 2, lasts: 3, set: {{tier: "0"}}}}',
            f'  - {{rule: S, from: s{k}, to: s{half}, on: expiry, set: {{tier: "tier > 0 ? tier - 1 : 0"}}}}',
        ]
    return "\n".join(rows) + "\n"
