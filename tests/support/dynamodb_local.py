"""A real DynamoDB on this machine: Amazon's DynamoDB Local, in memory."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.engines import engine
from support.listening import free_port, wait_until_listening

_START_S = 60


@contextmanager
def dynamodb_local(place: Path) -> Iterator[str]:
    """Run DynamoDB Local and give its endpoint; its log lies in the folder."""
    jars, port = engine("dynamodb"), free_port()
    java = Path(os.environ["JAVA_HOME"], "bin", "java") if os.environ.get("JAVA_HOME") else Path("java")
    runner = "com.amazonaws.services.dynamodbv2.local.main.ServerRunner"
    command = [java, f"-Djava.library.path={jars}", "-cp", f"{jars}/*", runner, "-inMemory", "-port", str(port)]
    log_file = place / "dynamodb.log"
    with log_file.open("wb") as log:
        process = subprocess.Popen(command, cwd=place, stdout=log, stderr=log)
    try:
        wait_until_listening(process, port, log_file, within_s=_START_S)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait(timeout=_START_S)
