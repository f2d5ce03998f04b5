"""A server of the tests' own that has the traits that a test gives it; what it says follows from what it is asked."""

from __future__ import annotations

import hashlib
import itertools
import json
from dataclasses import dataclass, field
from typing import Any

from agoranomos.models.mock.schema_sampling import sample_value
from agoranomos.randomness import named_generator
from models.served.loopback import Done, Sent, error, said

STANDARD = {"model", "messages", "max_tokens", "temperature", "top_p", "seed", "logprobs", "top_logprobs"}


@dataclass
class Compatible:
    """Refuses fields that it does not `take`, as strict servers do."""

    model: str = "m-1"
    takes: set[str] = field(default_factory=lambda: set(STANDARD))
    constrains: str = ""
    keeps_bounds: bool = True
    lists: int = 0
    seeds: bool = True
    greedy: bool = False
    thinks: bool = False
    quiet: bool = False
    prefills: str = ""
    models: tuple[str, ...] = ("m-1",)
    fingerprint: str = ""
    calls: Any = field(default_factory=lambda: itertools.count())

    def __call__(self, path: str, body: dict[str, Any]) -> Done:
        if path == "/v1/models":
            return Sent({"object": "list", "data": [{"id": name, "created": 3} for name in self.models]})
        if path != "/v1/chat/completions":
            return error(404, "no such path")
        unknown = set(body) - self.takes
        if unknown:
            return error(400, f"Unsupported parameter: {sorted(unknown)[0]}. Use 'max_completion_tokens' instead.")
        if body["model"] not in self.models:
            return error(404, f"The model {body['model']} does not exist")
        if body.get("top_logprobs", 0) > max(self.lists, 20):
            return error(400, f"at most {self.lists} top_logprobs")
        return self._said(body)

    def _said(self, body: dict[str, Any]) -> Done:
        choice: dict[str, Any] = {}
        if self.lists and body.get("logprobs"):
            tokens = [("A", -1.0), ("B", -2.0), ("C", -3.0), *((f"t{n}", -10.0 - n) for n in range(300))]
            listed = [{"token": token, "logprob": log} for token, log in tokens[: body["top_logprobs"]]]
            choice = {"logprobs": {"content": [{"token": "A", "logprob": -1.0, "top_logprobs": listed}]}}
        more = {"model": self.model, "system_fingerprint": self.fingerprint}
        text = self._text(body)
        quiet = self.quiet and body.get("chat_template_kwargs", {}).get("enable_thinking") is False
        if self.thinks and not quiet:
            return said(text, message={"reasoning_content": "first, then"}, choice=choice, **more)
        return said(text, choice=choice, **more)

    def _text(self, body: dict[str, Any]) -> str:
        seed = 0 if self.greedy or body.get("temperature", 1) == 0 else body.get("seed", 0)
        if "generation_config" in body and json.loads(body["generation_config"])["do_sample"]:
            seed = body["seed"]
        if not self.seeds:
            seed = next(self.calls)
        last = body["messages"][-1]
        if last["role"] == "assistant":
            goes_on = self.prefills == "as it is" or (self.prefills and body.get("continue_final_message"))
            return "ilon" if goes_on else "alpha"
        schema = _schema(body, self.constrains)
        if schema is not None:
            value = sample_value(schema, named_generator(seed, "compatible", 0, last["content"]))
            if not self.keeps_bounds:
                value = {key: 0 if isinstance(one, int) else one for key, one in value.items()}
            compact = "grammar" in body or body.get("structured_outputs", {}).get("disable_any_whitespace")
            return json.dumps(value, separators=(",", ":") if compact else None)
        return "word " + hashlib.sha256(f"{seed} {last['content']}".encode()).hexdigest()[:8]


def _schema(body: dict[str, Any], constrains: str) -> dict[str, Any] | None:
    if not constrains or constrains not in body:
        return None
    found = body[constrains]
    if constrains == "response_format":
        found = found["json_schema"]["schema"]
    elif constrains == "structured_outputs":
        found = found["json"]
    elif constrains == "grammar":
        found = json.loads(found.partition("%json ")[2])
    # Texts are of the one kind that every pattern in these tests has room for.
    properties = {key: {"const": "xyz"} if "pattern" in part else part for key, part in found["properties"].items()}
    return {**found, "properties": properties}


def vllm(**more: Any) -> Compatible:
    """As vLLM is: all of it."""
    takes = STANDARD | {
        "top_k",
        "min_p",
        "response_format",
        "structured_outputs",
        "chat_template_kwargs",
        "continue_final_message",
        "add_generation_prompt",
    }
    traits = {"takes": takes, "constrains": "response_format", "lists": 20, "prefills": "continue_final_message"}
    return Compatible(**{**traits, **more})
