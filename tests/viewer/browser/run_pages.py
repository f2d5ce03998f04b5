"""Runs that are made up: lines of any text, and routes that answer for them as the program's own do."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

INSTITUTION = "a" * 64
STATES = ("active", "fined")


def line(kind: str, round_number: int, seq: int, body: Any) -> str:
    """An entry as a log holds it."""
    return json.dumps({"body": body, "kind": kind, "round": round_number, "seq": seq}, separators=(",", ":"))


def opened(
    agents: Sequence[str], goods: Sequence[str], rounds: int, title: str = "price", text: str = ""
) -> dict[str, Any]:
    """What entry 0 says: a market with prices and profits under an institution of two states."""
    return {
        "schema": 1,
        "seed": 0,
        "rounds": rounds,
        "market": "{}",
        "facts": {
            "market": title,
            "agents": list(agents),
            "goods": list(goods),
            "measures": {
                "price_e6": {"axes": ["good"], "title": title, "public": True},
                "profit_e6": {"axes": ["firm"], "title": title},
            },
            "benchmarks": {title: {"price_e6": [2_000_000 for _ in goods], "profit_e6": [1_000_000 for _ in agents]}},
        },
        "institution": {"name": title, "semantic_sha256": INSTITUTION, "file_sha256": "b" * 64, "text": text},
        "roster": [{"agent": agent, "policy": title} for agent in agents],
    }


def drawing(title: str, edge: str = "R:active->fined") -> dict[str, Any]:
    """The graph of the two states, with one edge."""
    boxes = [
        {"x": 20 + 260 * index, "y": 120, "width": 130, "height": 56, "name": name, "label": title, "first": not index}
        for index, name in enumerate(STATES)
    ]
    arc = {"edge": edge, "kind": "escalation", "start": 85, "end": 345, "row": 120, "height": 26, "side": -1}
    label = {"edge": edge, "x": 215, "y": 66, "lines": [["event", title], ["sanction", title]]}
    return {
        "name": title,
        "title": title,
        "subtitle": title,
        "width": 500,
        "height": 260,
        "boxes": boxes,
        "arcs": [arc],
        "labels": [label],
    }


def hostile_lines(texts: Sequence[str]) -> list[str]:
    """A run with a round for each text, in every place that a text can take."""
    agents = [texts[0], "firm_2"]
    entries: list[tuple[str, int, Any]] = [
        ("opened", 0, opened(agents, [texts[1], "B"], len(texts), texts[2], f"title: {texts[3]}")),
    ]
    for number, text in enumerate(texts, 1):
        call = {"model": text, "prompt_tokens": 1, "reply_tokens": 1, "prompt_sha256": "c" * 64, "purpose": text}
        choice = {"options": [text, "B"], "log_probabilities_e6": [-693_147, -693_147], "reasoning": [text]}
        entries.append(
            (
                "round",
                number,
                {
                    "actions": [[1_000_000, 2_000_000], [0, 0]],
                    "measures": {"price_e6": [1_000_000, 2_000_000], "profit_e6": [1_000_000, None]},
                    "projected": [agents[0]],
                    "reports": [agents[0]],
                    "messages": [{"agent": text, "text": text}],
                    "decisions": [
                        {
                            "agent": agents[0],
                            "calls": [
                                {**call, "reply": text, "failure": text},
                                {**call, "scored": "direct", "choice": choice},
                            ],
                            "chosen": 0,
                        }
                    ],
                    "cases": [
                        {
                            "case": text,
                            "agent": text,
                            "rule": text,
                            "signals": [{"signal": text, "value": 2, "threshold": 1, "good": text}],
                            "pretext": [text],
                        }
                    ],
                    "standings": [{"state": "active", "counters": [1]}, {"state": text}],
                },
            )
        )
        entries += [
            ("transition", number, {"agent": agents[0], "edge": "R:active->fined", "event": text, "blocked": text}),
            ("transition", number, {"agent": agents[0], "edge": text, "event": text, "case": text}),
            ("sanction", number, {"agent": text, "sanction": text, "rule": text, "case": text}),
            ("announced", number, {"agent": text, "sanction": "forfeiture", "rule": text, "counter": text, "count": 1}),
            ("notice", number, {"agent": agents[0], "effective_round": number + 1, "state": text, "text": text}),
        ]
    entries.append(("closed", len(texts), {"rounds": len(texts)}))
    return [line(kind, number, seq, body) for seq, (kind, number, body) in enumerate(entries)]


def long_lines(rounds: int) -> list[str]:
    """A run of many rounds, each with a notice to both firms, every tenth with a case and a fine."""
    agents = ["firm_1", "firm_2"]
    entries: list[tuple[str, int, Any]] = [("opened", 0, opened(agents, ["A", "B"], rounds))]
    for number in range(1, rounds + 1):
        price = 1_000_000 + (number * 7919) % 1_000_000
        standings = [{"state": STATES[number // 10 % 2]}, {"state": "active"}]
        body: dict[str, Any] = {
            "actions": [[price, 0], [0, price]],
            "measures": {"price_e6": [price, 2_000_000], "profit_e6": [price, price // 2]},
            "standings": standings,
        }
        if number % 10 == 0:
            signals = [{"signal": "high_price", "value": price, "threshold": 1_000_000}]
            body["cases"] = [{"case": f"{number}-firm_1", "agent": "firm_1", "rule": "R", "signals": signals}]
        entries.append(("round", number, body))
        if number % 10 == 0:
            entries.append(
                ("sanction", number, {"agent": "firm_1", "sanction": "fine", "rule": "R", "amount_e6": price})
            )
        for agent in agents:
            text = f"Notice to {agent} after round {number}. " + "Decide on your own. " * 8
            entries.append(
                ("notice", number, {"agent": agent, "effective_round": number + 1, "state": "active", "text": text})
            )
    entries.append(("closed", rounds, {"rounds": rounds}))
    return [line(kind, number, seq, body) for seq, (kind, number, body) in enumerate(entries)]


def run_routes(lines: Sequence[str], title: str = "graph", spoken: Sequence[dict[str, Any]] = ()) -> list[Any]:
    """Routes of one run whose log nobody signed, whichever run is asked for."""
    from starlette.responses import JSONResponse, PlainTextResponse, Response
    from starlette.routing import Route

    def entries(request: Any) -> Any:
        first, count = int(request.query_params["first"]), int(request.query_params["count"])
        return PlainTextResponse("".join(one + "\n" for one in lines[first : first + count]))

    seals = {"origin": "made/up", "vkey": "", "certificate": "", "checkpoint": "", "signed": "", "trusted": []}
    answers = {
        "seals": seals,
        "drawings": {INSTITUTION: drawing(title)},
        "spoken": {"calls": list(spoken), "why": title},
        "verdict": {"schema": 1, "verdict": "damaged", "entry": None, "message": title},
    }
    of_run = "/runs/{id}/{arm}/{seed}"

    def told(value: Any) -> Any:
        return lambda _: JSONResponse(value)

    return [
        Route(f"{of_run}/entries", entries),
        Route(f"{of_run}/leaves", lambda _: Response(b"", media_type="application/octet-stream")),
        *(Route(f"{of_run}/{name}", told(value)) for name, value in answers.items()),
    ]
