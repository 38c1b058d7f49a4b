"""Ports of 127.0.0.1 for servers that take no port 0."""

import socket
import subprocess
import time
from pathlib import Path


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert isinstance(port, int)
    return port


def wait_until_listening(process: "subprocess.Popen[bytes]", port: int, log: Path, *, within_s: float) -> None:
    """Return when the process listens on the port; its log is shown where it ends or stays silent."""
    give_up_at = time.monotonic() + within_s
    while not _is_listening(port):
        assert process.poll() is None, f"the server ended: {log.read_text()}"
        assert time.monotonic() < give_up_at, f"the server does not answer: {log.read_text()}"
        time.sleep(0.02)


def _is_listening(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
