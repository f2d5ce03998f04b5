import asyncio
from types import SimpleNamespace

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from agoranomos.models.local.grammar import Grammars
from vllm.v1.engine.exceptions import EngineDeadError


class AsyncLLM:
    dead = False
    last = None

    def __init__(self, arguments):
        torch.set_num_threads(1)
        self.arguments = arguments
        dtype = torch.float32 if arguments.dtype == "auto" else getattr(torch, arguments.dtype)
        self.model = AutoModelForCausalLM.from_pretrained(arguments.model, dtype=dtype).eval()
        self.tokenizer = AutoTokenizer.from_pretrained(arguments.model)
        most = arguments.max_model_len or self.model.config.max_position_embeddings
        self.model_config = SimpleNamespace(max_model_len=most, dtype=dtype)
        self.end = self.model.config.eos_token_id
        self.grammars = Grammars(self.tokenizer, self.model.config.vocab_size, [self.end])
        try:
            self.loop = asyncio.get_running_loop()  # As vLLM does, which starts its output handler there.
        except RuntimeError:
            self.loop = None
        self.asked = []
        AsyncLLM.last = self

    @classmethod
    def from_engine_args(cls, engine_args):
        return cls(engine_args)

    def shutdown(self, timeout=None):
        self.dead = True

    async def generate(self, prompt, sampling_params, request_id):
        self.loop = self.loop or asyncio.get_running_loop()
        assert self.loop is asyncio.get_running_loop(), "vLLM's engine is tied to one event loop"
        assert request_id not in self.asked
        self.asked.append(request_id)
        ids = prompt["prompt_token_ids"]
        if len(ids) > self.model_config.max_model_len:
            raise ValueError("The decoder prompt is longer than the maximum model length")
        if sampling_params.logprobs is not None and sampling_params.logprobs > self.arguments.max_logprobs:
            raise ValueError("Requested sample logprobs are greater than max allowed")
        await asyncio.sleep(0)
        if self.dead:
            raise EngineDeadError("EngineCore encountered an issue.")
        yield SimpleNamespace(outputs=[self.written(list(ids), sampling_params)], finished=True)

    def written(self, ids, params):
        constraint = params.structured_outputs and self.grammars.constraint(params.structured_outputs.json)
        draws = torch.Generator().manual_seed(params.seed)
        tokens, logprobs, finish, text = [], [], "length", ""
        while len(tokens) < params.max_tokens:
            if constraint is not None:
                tokens = [*tokens, *constraint.forced()][: params.max_tokens]
                text = self.tokenizer.decode(tokens, skip_special_tokens=True)
                if constraint.complete:
                    finish = "stop"
                if constraint.complete or len(tokens) == params.max_tokens:
                    break
            with torch.inference_mode():
                logits = self.model(input_ids=torch.tensor([ids + tokens])).logits[:, -1].float()
                if params.allowed_token_ids is not None:
                    banned = torch.ones(logits.shape[1], dtype=torch.bool)
                    banned[params.allowed_token_ids] = False
                    logits[0, banned] = float("-inf")
                if constraint is not None:
                    self.grammars.forbid(logits, [(0, constraint)])
                processed = torch.log_softmax(logits[0] / (params.temperature or 1.0), 0)
                if params.temperature:
                    token = int(torch.multinomial(processed.exp(), 1, generator=draws))
                else:
                    token = int(processed.argmax())
            if params.logprobs:
                assert self.arguments.logprobs_mode == "processed_logprobs"
                near = processed.topk(params.logprobs)
                pairs = zip(near.indices.tolist(), near.values.tolist(), strict=True)
                logprobs.append({at: SimpleNamespace(logprob=log) for at, log in pairs})
            tokens.append(token)
            if token == self.end:
                finish = "stop"
                break
            text = self.tokenizer.decode(tokens, skip_special_tokens=True)
            stop = next((stop for stop in params.stop or [] if stop in text), None)
            if stop is not None:
                text, finish = text.partition(stop)[0], "stop"
                break
            if constraint is not None:
                constraint.accept(token)
                if constraint.complete:
                    finish = "stop"
                    break
        return SimpleNamespace(text=text, token_ids=tokens, finish_reason=finish, logprobs=logprobs or None)
