"""Models behind an OpenAI-compatible server: vLLM, SGLang, Ollama, llama.cpp, `transformers serve`, hosted ones."""
