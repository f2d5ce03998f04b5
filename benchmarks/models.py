"""Decisions a second of a language model: in batches, against one at a time.

Requests are shaped like a campaign's: common rules, a history that grows at its end, a reply under a JSON Schema.

    python benchmarks/models.py --model smollm2 --out docs/measurements/models.json
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from pathlib import Path
from typing import Any

import msgspec

from agoranomos.models import open_engine
from agoranomos.models.bench import Speed, bench


def measure(model: str, rounds: int) -> dict[str, Any]:
    """Load time, and a `Speed` for each size of batch; `speed_up` is the ratio to one at a time."""
    began = time.perf_counter()
    engine = open_engine(model)
    load = time.perf_counter() - began

    async def run() -> list[Speed]:
        try:
            return await bench(engine, rounds=rounds)
        finally:
            await engine.close()

    return {"model": model, "load_seconds": load, "batches": msgspec.to_builtins(asyncio.run(run()))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="smollm2")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    text = json.dumps(measure(options.model, options.rounds), indent=2) + "\n"
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(text)
    print(text, end="")


if __name__ == "__main__":
    main()
