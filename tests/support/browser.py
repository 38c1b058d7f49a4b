"""A real browser: a headless Chromium, controlled over its DevTools protocol."""

import asyncio
import base64
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import aiohttp

Theme = Literal["light", "dark"]

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """Return the path of a Chromium on this machine; None where there is none."""
    return next((path for path in map(shutil.which, _NAMES) if path), None)


@dataclass
class Visit:
    """What a page did and is: messages on its console, addresses that it asked for, widths, a picture of all of it."""

    messages: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)
    picture: bytes = b""


@contextmanager
def running_chromium() -> Iterator[str]:
    """Start a browser; give the address of its DevTools."""
    program = chromium()
    assert program is not None
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0", "--no-first-run"]
        process = subprocess.Popen(
            [program, *options, f"--user-data-dir={profile}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield _address(Path(profile) / "DevToolsActivePort")
        finally:
            process.terminate()
            process.wait(timeout=20)


def visit(
    address: str,
    url: str,
    *,
    width: int,
    height: int,
    theme: Theme = "light",
    questions: dict[str, str] | None = None,
) -> Visit:
    """Open a page in a window of a size and a theme, put the questions (JavaScript) to it, and photograph it whole."""
    return asyncio.run(_visited(address, url, (width, height), theme, questions or {}))


async def _visited(address: str, url: str, size: tuple[int, int], theme: str, questions: dict[str, str]) -> Visit:
    seen = Visit()
    async with aiohttp.ClientSession() as session:
        async with session.put(f"http://{address}/json/new?about:blank") as response:
            target = await response.json(content_type=None)
        async with session.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0) as socket:
            page = _Page(socket, seen)
            for domain in ("Page", "Runtime", "Log", "Network"):
                await page.ask(f"{domain}.enable")
            metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size[0] < 600}
            await page.ask("Emulation.setDeviceMetricsOverride", **metrics)
            feature = {"name": "prefers-color-scheme", "value": theme}
            await page.ask("Emulation.setEmulatedMedia", features=[feature])
            await page.ask("Page.navigate", url=url)
            await page.until("Page.loadEventFired")
            for name, script in questions.items():
                answer = await page.ask("Runtime.evaluate", expression=script, returnByValue=True)
                seen.answers[name] = answer["result"].get("value")
            shot = await page.ask("Page.captureScreenshot", format="png", captureBeyondViewport=True)
            seen.picture = base64.b64decode(shot["data"])
    return seen


class _Page:
    def __init__(self, socket: aiohttp.ClientWebSocketResponse, seen: Visit) -> None:
        self._socket, self._seen, self._last = socket, seen, 0
        self._events: set[str] = set()

    async def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._last += 1
        await self._socket.send_json({"id": self._last, "method": method, "params": parameters})
        while (message := await self._next()).get("id") != self._last:
            pass
        assert "error" not in message, message
        return message["result"]

    async def until(self, event: str) -> None:
        while event not in self._events:
            await self._next()

    async def _next(self) -> dict[str, Any]:
        message = await self._socket.receive_json(timeout=30)
        method, parameters = message.get("method", ""), message.get("params", {})
        self._events.add(method)
        if method in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"):
            self._seen.messages.append(str(parameters))
        elif method == "Network.requestWillBeSent":
            self._seen.requests.append(parameters["request"]["url"])
        return message


def _address(port_file: Path) -> str:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if port_file.exists() and (lines := port_file.read_text().split()):
            return f"127.0.0.1:{lines[0]}"
        time.sleep(0.05)
    raise TimeoutError("Chromium did not open its DevTools within 30 s")
