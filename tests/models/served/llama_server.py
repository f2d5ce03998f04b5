"""Starts llama.cpp's server with a GGUF file and prints its address; ends when nobody holds its standard input.

python llama_server.py FILE PORT SLOTS CONTEXT      (port 0: any; context: tokens for all slots together)
"""

import sys

import xllamacpp

file, port, slots, context = sys.argv[1], *map(int, sys.argv[2:])
parameters = xllamacpp.CommonParams()
parameters.model.path = file
parameters.hostnames = ["127.0.0.1"]
parameters.port = port
parameters.n_parallel = slots
parameters.n_ctx = context
parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
server = xllamacpp.Server(parameters)
print(server.listening_address, flush=True)
sys.stdin.read()
