"""Real servers, each in a process of its own, on loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.error import URLError

FOLDER = Path(__file__).parent


class LlamaServer:
    """llama.cpp's server, from the wheel `xllamacpp`."""

    def __init__(self, file: Path, port: int = 0, *, slots: int = 4, context: int = 8192) -> None:
        command = [sys.executable, str(FOLDER / "llama_server.py"), str(file), str(port), str(slots), str(context)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self.process.stdout is not None
        # llama.cpp may say other things on the same stream first.
        for line in self.process.stdout:
            if line.startswith("http://"):
                self.address = line.strip()
                return
        raise AssertionError(f"llama.cpp's server ended with {self.process.wait()}")

    @property
    def base_url(self) -> str:
        return f"{self.address}/v1"

    @property
    def port(self) -> int:
        return int(self.address.rsplit(":", 1)[1])

    def kill(self) -> None:
        """As the kernel does when memory is short."""
        self.process.kill()
        self.process.communicate()


class TransformersServe:
    """`transformers serve` with the model of a folder."""

    def __init__(self, folder: Path, log: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.base_url = f"http://127.0.0.1:{port}/v1"
        command = [str(Path(sys.executable).with_name("transformers")), "serve", str(folder), "--port", str(port)]
        command += ["--host", "127.0.0.1", "--device", "cpu", "--dtype", "float32"]
        environment = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
        with log.open("wb") as file:
            self.process = subprocess.Popen(command, stdout=file, stderr=file, env=environment)
        deadline = time.monotonic() + 180
        while not self._listens(f"http://127.0.0.1:{port}/health"):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise AssertionError(f"transformers serve did not start: {log.read_text()[-2000:]}")
            time.sleep(0.2)

    @staticmethod
    def _listens(url: str) -> bool:
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5) as reply:
                return bool(reply.status == 200)
        except (URLError, OSError):
            return False

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
