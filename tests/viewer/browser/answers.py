"""Answers of a server that is made up: for what real campaigns do not have, and for what changes meanwhile."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

LOOKS: tuple[dict[str, Any], ...] = (
    {"color_scheme": "light"},
    {"color_scheme": "dark"},
    {"color_scheme": "light", "viewport": {"width": 390, "height": 844}},
)
LOOK_NAMES = ("light", "dark", "narrow")


def only_text(page: Any, seen: list[str]) -> None:
    """As `corpus.nothing_ran`, but a text may stand in an attribute that leads nowhere, such as `title` or `value`."""
    assert not seen, seen
    made = page.evaluate("[...document.querySelectorAll('[data-planted]')].map((one) => one.outerHTML.slice(0, 200))")
    assert not made, made
    led = page.evaluate(
        "[...document.querySelectorAll('*')].flatMap((one) => [...one.attributes]).filter((one) => "
        "one.name.startsWith('on') || one.name === 'srcdoc' || (/^(href|src|action|formaction|data|.*:href)$/"
        ".test(one.name) && !/^(#|\\.\\/|data:image)/.test(one.value))).map((one) => `${one.name}=${one.value}`)"
    )
    assert not led, led


def counts(planned: int, finished: int, failed: int = 0, under_way: int = 0) -> dict[str, int]:
    """Runs of a campaign by how far they are."""
    left = planned - finished - failed
    return {"planned": planned, "finished": finished, "failed": failed, "open": left, "under_way": under_way}


def campaign_row(identity: str, **others: Any) -> dict[str, Any]:
    """A campaign as a row of the list: finished, and other than that only in `others`."""
    return {
        "id": identity,
        "name": identity,
        "title": f"What {identity} asks",
        "state": "finished",
        "market": "cournot-duopoly",
        "arms": 4,
        "runs": counts(12, 12),
        "calls": 480,
        "written_unix_s": 1_795_343_742,
        "seconds_left": None,
    } | others


def measured(mean: float | None, half: float | None = 1.0, n: int = 3) -> dict[str, Any]:
    """A mean with an interval of `half` to either side."""
    known = mean is not None and half is not None
    return {
        "mean": mean,
        "low": mean - half if known else None,
        "high": mean + half if known else None,
        "n": n,
        "level": 0.95,
        "method": "t",
        "reason": "" if known else "all runs are the same",
    }


def arm(regime: str, roster: str = "mock-duopoly", **others: Any) -> dict[str, Any]:
    """An arm of a campaign's page."""
    return {
        "arm": f"{regime}.{roster}",
        "regime": regime,
        "roster": roster,
        "runs": 3,
        "finished": 3,
        "failed": 0,
        "measures": {"price": measured(65.3), "consumer_surplus": measured(2422, None), "welfare": measured(5310, 80)},
        "benchmarks": {"nash": {"price": 63.3}, "monopoly": {"price": 70.0}, "competitive": {"price": 50.0}},
        "failures": {"truncated": 2, "parse_error": 1} if regime == "told" else {},
        "calls": 180,
        "tokens": 121_557,
        "fines": 28_600.0 if regime == "governed" else 0.0,
        "cases": 72 if regime == "governed" else 0,
        "sanctions": 36 if regime == "governed" else 0,
    } | others


def campaign_page(identity: str, **others: Any) -> dict[str, Any]:
    """A campaign's page: three regimes with two rosters, a hypothesis, and what it cost."""
    arms = [arm(regime, roster) for roster in ("mock-duopoly", "divider") for regime in ("free", "told", "governed")]
    share = {"share": 0.1, "low": 0.0, "high": 0.4, "n": 10}
    return {
        "id": identity,
        "name": identity,
        "title": f"What {identity} asks",
        "state": "finished",
        "status": {
            "state": "finished",
            "written_unix_s": 1_795_343_742,
            "seconds": 65.0,
            "runs": counts(18, 18),
            "rounds": {"planned": 540, "done": 540, "per_second": 120.5},
            "calls": {"planned": 1080, "asked": 1060, "failed": 3, "stored": 20, "prompt_tokens": 1, "reply_tokens": 1},
            "failures": [],
        },
        "plan": {
            "digest": "ba5ec73f8cbce80fc61428ade692fe27184a55d5029f84543bde3d6a8013cab2",
            "market": "cournot-duopoly",
            "regimes": ["free", "told", "governed"],
            "rounds": {"least": 30, "most": 30},
            "seeds": 3,
            "outcome": "price",
        },
        "incomplete": False,
        "caveats": [],
        "checks": [
            {"name": "A text changes nothing", "must": "Both are the same.", "verdict": "passed", "figures": ["3 of 3"]}
        ],
        "arms": arms,
        "comparisons": [
            comparison("governed.divider", "free.divider", "welfare", kind="exploratory", holm=None),
            comparison("governed.mock-duopoly", "free.mock-duopoly", "price", name="lower-prices"),
        ],
        "notes": ["Every model is the mock engine."],
        "costs": {
            "seconds": 65.0,
            "models": {"mock/valid": {"calls": 1060, "prompt_tokens": 90_000, "reply_tokens": 7_000, "money": 1.25}},
            "errors": {
                "harm": 0.5,
                "window": 5,
                "arms": [
                    {"arm": "governed.divider", "runs": 3, "harmful": 1}
                    | {"innocents_accused": share, "guilty_missed": share, "unfounded_cases": share}
                ],
            },
            "accounts": [
                {
                    "hypothesis": "lower-prices",
                    "first": "governed.mock-duopoly",
                    "second": "free.mock-duopoly",
                    "lines": [
                        {"bearer": "consumers", "item": "surplus", "first": 2.0, "second": 1.0, "difference": 1.0}
                        | {"low": 0.5, "high": 1.5, "reason": ""}
                    ],
                }
            ],
        },
    } | others


def comparison(a: str, b: str, outcome: str, **others: Any) -> dict[str, Any]:
    """A difference between two arms; confirmatory where `others` says nothing else."""
    return {
        "name": "",
        "a": a,
        "b": b,
        "outcome": outcome,
        "difference": -4.667,
        "low": -6.1,
        "high": -3.2,
        "level": 0.975,
        "method": "Welch t",
        "p": 0.0004,
        "holm": 0.0008,
        "n": 3,
        "verdict": "supported: lower",
        "kind": "confirmatory",
    } | others


def run_row(arm_name: str, seed: int, **others: Any) -> dict[str, Any]:
    """A run as a row of its campaign's table."""
    return {
        "arm": arm_name,
        "seed": seed,
        "status": "closed",
        "failure": "",
        "rounds": 30,
        "entries": 130,
        "price": 60 + seed % 17 / 4,
        "price_of_nash": 63.3333,
        "profit": 54_000.0 + seed,
        "welfare": 5_300.25,
        "cases": seed % 5,
        "sanctions": seed % 3,
        "fines": 250.0 * (seed % 3),
        "calls": 60,
        "failures": seed % 2,
    } | others


@dataclass
class Answers:
    """What the server answers now; a path in `broken` gets its status and text; `asked` holds what was asked for."""

    campaigns: list[dict[str, Any]] = field(default_factory=list)
    pages: dict[str, dict[str, Any]] = field(default_factory=dict)
    runs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    others: dict[str, Any] = field(default_factory=dict)
    """By path: a JSON value, or text."""
    broken: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    listening: threading.Event = field(default_factory=threading.Event)
    _tell: list[Callable[[bytes], None]] = field(default_factory=list)

    def routes(self) -> list[Any]:
        """To be served."""
        from starlette.routing import Route

        return [Route("/events", self._events), Route("/{path:path}", self._answer)]

    def tell(self, row: dict[str, Any]) -> None:
        """An event: a campaign's row, to every page that listens; the first of them is waited for."""
        assert self.listening.wait(120)
        for tell in self._tell:
            tell(f"event: campaign\ndata: {json.dumps(row)}\n\n".encode())

    def _answer(self, request: Any) -> Any:
        from starlette.responses import JSONResponse, PlainTextResponse

        path = request.path_params["path"]
        self.asked.append(f"{path}?{request.url.query}")
        if path in self.broken:
            status, error, advice = self.broken[path]
            return JSONResponse({"error": error, "advice": advice}, status_code=status)
        if path == "campaigns":
            return JSONResponse({"campaigns": self.campaigns})
        if path in self.others:
            found = self.others[path]
            if isinstance(found, str):
                first = int(request.query_params.get("first", "0"))
                return PlainTextResponse("".join(f"{line}\n" for line in found.splitlines()[first:]))
            return JSONResponse(found)
        _, name, *rest = [*path.split("/"), ""]
        if rest[:1] == ["runs"] and name in self.runs:
            return JSONResponse(self._portion(name, request.query_params))
        if name in self.pages:
            return JSONResponse(self.pages[name])
        return JSONResponse({"error": f"nothing at {path}", "advice": ""}, status_code=404)

    def _portion(self, name: str, asked: Any) -> dict[str, Any]:
        rows = [
            row for row in self.runs[name] if asked.get("text", "") in f"{row['arm']}/{row['seed']} {row['status']}"
        ]
        rows = [row for row in rows if asked.get("arm") in (None, row["arm"])]
        rows = [row for row in rows if asked.get("status") in (None, row["status"])]
        key = asked.get("sort", "arm")
        rows.sort(key=lambda row: row[key], reverse=asked.get("descending") == "1")
        offset, count = int(asked["offset"]), int(asked["count"])
        return {"total": len(rows), "rows": rows[offset : offset + count]}

    async def _events(self, request: Any) -> Any:
        from starlette.responses import PlainTextResponse, StreamingResponse

        if "events" in self.broken:
            return PlainTextResponse(self.broken["events"][1], status_code=self.broken["events"][0])
        loop, waiting = asyncio.get_running_loop(), asyncio.Queue[bytes]()

        def tell(event: bytes) -> None:
            loop.call_soon_threadsafe(waiting.put_nowait, event)

        async def stream() -> AsyncIterator[bytes]:
            self._tell.append(tell)
            self.listening.set()
            try:
                yield b": here\n\n"
                while True:
                    yield await waiting.get()
            finally:
                self._tell.remove(tell)

        return StreamingResponse(stream(), media_type="text/event-stream")
