"""Every prompt of trade-report that a treatment or a route changes, in all paraphrases: what `prompts.txt` holds."""

from __future__ import annotations

from itertools import product

from agoranomos.scenarios.trade_report import TradeReport, TradeReportSpec

ITEMS = ("trade", "report", "answer", "call")
KNOWN = {"others_actions": "nothing", "detection": "always"}


UNREAD = {"report": ("report",), "answer": ("answer",), "report and answer": ("report", "answer")}


def conditions():
    """The keys of each condition on top of the default file, by a name.

    Whatever one of the two readers is not given of an episode is given to the other: all that each can be given. Before
    that the manager is not given a report, an answer, or either, and nobody else is.
    """
    yield "as it is", {}
    yield "not forbidden", {"prohibition": "none"}
    yield "terms untold", {"told": False}
    yield "amnesty", {"amnesty": 0.5}
    for risk in ("low", "high", "truth"):
        yield f"risk {risk}", {"stated_risk": risk}
    for pressure in ("some", "high"):
        yield f"pressure {pressure}", {"pressure": pressure}
    for hotline in ("named", "anonymous"):
        yield f"hotline {hotline}", {"hotline": hotline, "reward": 2.0}
    for unread, items in UNREAD.items():
        yield f"unread: {unread}", {"routes": dict.fromkeys(items, ("agent",))}
    for given in product((True, False), repeat=4):
        routes = {item: ("manager",) if own else ("compliance",) for item, own in zip(ITEMS, given, strict=True)}
        routes["trade"] = ("colleague", *routes["trade"])
        routes["call"] = ("agent", *routes["call"])
        name = " ".join(item for item, own in zip(ITEMS, given, strict=True) if own)
        yield f"manager has {name}", {"hotline": "named", "routes": routes}


def prompts() -> str:
    """The openings of all of them, and in one paraphrase what is asked and told in two episodes.

    In the first a breach is concealed, denied and called in; in the second the trade is clean.
    """
    lines = []
    for place, (name, fields) in enumerate(conditions()):
        lines.append(f"=== {name}")
        for wording in range(TradeReportSpec.WORDINGS):
            made = TradeReport(TradeReportSpec(wording=wording, rounds=6, sees=KNOWN, **fields))
            observations, _ = made.reset(seed=1)
            lines.append(f"--- {wording}")
            lines += [made.opening(seat) for seat in made.possible_agents] if wording == 0 or place < 14 else []
            unread = name.startswith("unread")
            if place and (wording or "routes" in fields) and name != "hotline named" and not unread:
                continue
            for plan in (("doubler-down",) * 3, ("clean",) * 3):
                for play in plan:
                    lines += [made.question(seat, seen) for seat, seen in observations.items()]
                    actions = {seat: int(made.play(play, seat, seen)[0]) for seat, seen in observations.items()}
                    observations, *_ = made.step(actions)
                    lines += [made.feedback(seat, seen) for seat, seen in observations.items()]
    return "\n".join(lines) + "\n"
