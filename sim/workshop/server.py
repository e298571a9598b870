"""The page's server: Streamlit, on this machine alone unless told otherwise."""

from __future__ import annotations

import ipaddress
import socket
import sys
from pathlib import Path

from sim.errors import InputError

APP = Path(__file__).parent / "pages" / "app.py"
TRIED = 20
"""Ports looked at, from the one asked for on."""


def check_address(address: str) -> None:
    """Refuse what is no address of a machine.

    Raises
    ------
    InputError
        Not an IP address, nor ``localhost``.
    """
    if address == "localhost":
        return
    try:
        ipaddress.ip_address(address)
    except ValueError as error:
        raise InputError("address", f"is {address!r}", "an IP address of this machine, as 127.0.0.1") from error


def free_port(port: int, address: str) -> int:
    """The port, or the next one that nobody listens on.

    Raises
    ------
    InputError
        None of the next twenty is free.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    for candidate in range(port, min(port + TRIED, 65536)):
        with socket.socket(family, socket.SOCK_STREAM) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind((address, candidate))
            except OSError:
                continue
            return candidate
    raise InputError("port", f"{port} and the next {TRIED - 1} are in use", "another port, as port=8701")


def options(port: int, address: str, browser: bool) -> dict[str, object]:
    """Streamlit's settings: no statistics sent, no files watched, nothing of its own chrome."""
    return {
        "server.port": port,
        "server.address": address,
        "server.headless": not browser,
        "server.fileWatcherType": "none",
        "server.runOnSave": False,
        "server.maxUploadSize": 1,
        "server.enableStaticServing": False,
        "browser.gatherUsageStats": False,
        "browser.serverAddress": "localhost" if address in ("127.0.0.1", "localhost", "::1") else address,
        "client.toolbarMode": "viewer",
        "client.showErrorDetails": "none",
        "global.developmentMode": False,
        "theme.base": "light",
        "theme.primaryColor": "#0072B2",
        "theme.textColor": "#22303c",
        "theme.backgroundColor": "#ffffff",
        "logger.level": "error",
    }


def serve(port: int, address: str, browser: bool, language: str, deadline: float) -> None:
    """Serve the page until interrupted; workers start at once, so that they are ready when the page opens."""
    from streamlit.web import bootstrap

    from sim.workshop.pages.shared import bench, settle

    taken = free_port(port, address)
    note = "" if taken == port else f" (port {port} is in use)"
    sys.stderr.write(f"the workshop: http://{address}:{taken}{note}; Ctrl-C stops it\n")
    sys.stderr.flush()
    settle(language, deadline)
    bench()
    settings = options(taken, address, browser)
    bootstrap.load_config_options(flag_options={key.replace(".", "_"): value for key, value in settings.items()})
    bootstrap.run(str(APP), False, [], {key.replace(".", "_"): value for key, value in settings.items()})
