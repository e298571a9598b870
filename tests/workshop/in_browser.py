"""A real server and a real Chromium for the tests of the page."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
OWN = ("http://127.0.0.1", "ws://127.0.0.1", "http://localhost", "ws://localhost", "data:", "blob:", "about:", "file:")
STARTS_IN = 300.0
"""Seconds a server may take on a machine that compiles for the first time and does other things besides."""


def chromium() -> str:
    """Debian's Chromium; installed where it is missing and may be."""
    if not any(map(shutil.which, PROGRAMS)):
        subprocess.run([str(Path(__file__).parents[1] / "install_chromium.sh")], check=True)
    return next(path for path in map(shutil.which, PROGRAMS) if path)


@dataclass
class Watched:
    """A page, and all it asked for and complained of."""

    page: Page
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def console(self, message: ConsoleMessage) -> None:
        """Keep errors."""
        if message.type == "error":
            self.errors.append(message.text)

    def request(self, request: Request) -> None:
        """Keep what does not stay on this machine."""
        if not request.url.startswith(OWN):
            self.outside.append(request.url)

    def settled(self) -> Page:
        """The page once nothing is computed any more."""
        self.page.wait_for_selector("h1", timeout=60_000)
        for _ in range(2):  # a click starts a run of the script a moment later
            self.page.wait_for_timeout(500)
            self.page.wait_for_function(_STILL, timeout=240_000)
        return self.page


_STILL = """() => !document.querySelector('[data-testid="stProgress"], [data-testid="stSkeleton"]')
  && document.querySelector('[data-testid="stApp"]')?.getAttribute('data-test-script-state') !== 'running'"""


@contextmanager
def browser() -> Iterator[Browser]:
    """A Chromium without a screen."""
    with sync_playwright() as playing:
        opened = playing.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield opened
        opened.close()


@contextmanager
def watched(opened: Browser, *, width: int = 1440, height: int = 1000) -> Iterator[Watched]:
    """A page of its own; when done, it must have asked for nothing outside and complained of nothing."""
    context = opened.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
    one = Watched(context.new_page())
    one.page.on("console", one.console)
    one.page.on("request", one.request)
    one.page.on("pageerror", lambda error: one.errors.append(str(error)))
    try:
        yield one
        assert one.outside == []
        assert one.errors == [], one.errors
    finally:
        context.close()


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


@contextmanager
def server(cache: Path) -> Iterator[str]:
    """`sim workshop` as a trainer starts it, but for the browser, and patient: tests run beside others.

    Yields its address.
    """
    port = free_port()
    command = [str(Path(sys.executable).with_name("sim")), "workshop", f"port={port}", "browser=false", "deadline=300"]
    told = cache / "server.log"
    with told.open("wb") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, env={**os.environ, "SIM_WORKSHOP_CACHE": str(cache)}
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _await(f"{address}/_stcore/health", process, told)
        yield address
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()


def _await(url: str, process: subprocess.Popen, told: Path) -> None:
    until = time.monotonic() + STARTS_IN
    while time.monotonic() < until:
        assert process.poll() is None, told.read_text()
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(told.read_text())
