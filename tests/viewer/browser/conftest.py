"""A real Chromium (Debian's) through Playwright, an app served on loopback, axe-core, and pictures that CI keeps."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from viewer.browser.real import real  # noqa: F401 -- a fixture

CHECKOUT = Path(__file__).resolve().parents[3]
AXE = CHECKOUT / "web" / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = Path(os.environ.get("AGORA_SCREENSHOTS", CHECKOUT / "screenshots"))
REQUIRED = "chromium" in os.environ.get("AGORA_REQUIRE", "")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One browser for all tests of a process; skips where there is none, unless it is required."""
    executable = shutil.which("chromium")
    if not REQUIRED:
        pytest.importorskip("playwright")
        if executable is None:
            pytest.skip("needs Chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Opens a page in a context of its own (`offline`, `color_scheme`, ...); fails on any error that it prints."""
    with ExitStack() as stack:
        said: list[str] = []

        def opened(address: str, **options: Any) -> Any:
            options.setdefault("viewport", {"width": 1280, "height": 900})
            options.setdefault("reduced_motion", "reduce")
            context = chromium.new_context(**options)
            stack.callback(context.close)
            context.set_default_timeout(180_000)
            page = context.new_page()
            page.on("pageerror", lambda error: said.append(f"error: {error}"))
            page.on("console", lambda line: said.append(f"{line.type}: {line.text}") if line.type == "error" else None)
            page.said = said
            page.goto(address)
            return page

        yield opened
    assert not said, said


@pytest.fixture
def served() -> Iterator[Callable[..., str]]:
    """Serves routes with the built page; gives the address with its token."""
    from agoranomos.viewer.app import PAGE, new_token, viewer_app
    from agoranomos.viewer.serving import free_socket

    page = Path(os.environ.get("AGORA_TEST_PAGE", PAGE))

    @contextmanager
    def running(routes: Any) -> Iterator[str]:
        import uvicorn

        token, listening = new_token(), free_socket(0)
        port = listening.getsockname()[1]
        app = viewer_app(routes, token=token, port=port, page=page)
        started = threading.Event()

        class Server(uvicorn.Server):
            async def startup(self, sockets: Any = None) -> None:
                await super().startup(sockets)
                started.set()

        server = Server(uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        assert started.wait(120)
        try:
            yield f"http://127.0.0.1:{port}/{token}/"
        finally:
            server.should_exit = True
            thread.join(20)

    with ExitStack() as stack:
        yield lambda routes: stack.enter_context(running(routes))


@pytest.fixture
def accessible() -> Callable[[Any], None]:
    """Fails on what axe-core calls serious or critical."""

    def check(page: Any) -> None:
        if not AXE.is_file():
            assert not REQUIRED, "npm ci in web/ brings axe-core"
            pytest.skip("needs axe-core: npm ci in web/")
        page.evaluate(AXE.read_text())
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        bad = [
            f"{one['id']} ({one['impact']}): {one['help']}: {[node['target'] for node in one['nodes']][:4]}"
            for one in found["violations"]
            if one["impact"] in {"serious", "critical"}
        ]
        assert not bad, "\n".join(bad)

    return check


@pytest.fixture
def picture() -> Callable[[Any, str], Path]:
    """Keeps a picture of the page for people to look at."""

    def take(page: Any, name: str) -> Path:
        PICTURES.mkdir(parents=True, exist_ok=True)
        file = PICTURES / f"{name}.png"
        page.screenshot(path=str(file), full_page=True)
        return file

    return take
