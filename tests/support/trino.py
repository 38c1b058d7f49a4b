"""Trino, the engine that Athena is made of, on a free port of 127.0.0.1, over a Glue catalog and an S3 server."""

import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests
from support.aws import REGION
from support.engines import engine, java_since
from support.listening import free_port

DUCKDB_TYPES = {
    "varchar": "VARCHAR",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "integer": "INTEGER",
    "bigint": "BIGINT",
    "date": "DATE",
    "timestamp(3)": "TIMESTAMP",
}
"""DuckDB's names of Trino's types."""

_OLDEST_JAVA = 24
"""Source: Trino 476 documentation, "Deploying Trino"."""

_START_S = 300
_ANSWER_S = 60
_JVM = (
    *("-Xmx1G", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Duser.timezone=UTC", "-Dfile.encoding=UTF-8"),
    *(
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-Djdk.attach.allowAttachSelf=true",
    ),
    "--add-modules=jdk.incubator.vector",
)
"""A server that lives for a minute: compiled quickly rather than well."""

_CATALOG = "awsdatacatalog"
"""Athena's name of the Glue catalog, which the views carry."""


class TrinoError(Exception):
    """A statement that Trino refused; the text is Trino's."""


@dataclass(frozen=True)
class Answer:
    """Names and Trino types of the columns, and the rows in Python's types; instants are UTC without a zone."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: list[tuple[Any, ...]]


@dataclass(frozen=True)
class Trino:
    """A running server, asked in one database."""

    address: str
    database: str

    def ask(self, statement: str, prepared: Mapping[str, str] | None = None) -> Answer:
        """Return the answer to a statement.

        Args:
            statement: without the semicolon.
            prepared: prepared statements by name, for `execute`.
        """
        headers = {
            "X-Trino-User": "an-analyst",
            "X-Trino-Catalog": _CATALOG,
            "X-Trino-Schema": self.database,
            "X-Trino-Time-Zone": "UTC",
            "X-Trino-Client-Capabilities": "PARAMETRIC_DATETIME",
            "X-Trino-Prepared-Statement": ",".join(f"{name}={quote(text)}" for name, text in (prepared or {}).items()),
        }
        headers = {name: text for name, text in headers.items() if text}
        give_up_at = time.monotonic() + _START_S
        while True:
            try:
                return self._asked(statement, headers)
            except TrinoError as error:
                # A server that has just started does not yet count itself among those that work.
                if "No nodes available" not in str(error) or time.monotonic() > give_up_at:
                    raise
                time.sleep(0.3)

    def _asked(self, statement: str, headers: Mapping[str, str]) -> Answer:
        with requests.Session() as session:
            found = _json(
                session.post(f"{self.address}/v1/statement", statement.encode(), headers=headers, timeout=_ANSWER_S)
            )
            columns: list[dict[str, Any]] = []
            rows: list[Sequence[Any]] = []
            while True:
                if "error" in found:
                    raise TrinoError(found["error"]["message"])
                columns = found.get("columns") or columns
                rows += found.get("data") or []
                if "nextUri" not in found:
                    break
                found = _json(session.get(found["nextUri"], timeout=_ANSWER_S))
        readers = [_reader(column["type"]) for column in columns]
        return Answer(
            tuple(column["name"] for column in columns),
            tuple(column["type"] for column in columns),
            [tuple(read(value) for read, value in zip(readers, row, strict=True)) for row in rows],
        )


def installed() -> tuple[Path, Path]:
    """Return Trino's folder and the `java` that it runs on; without them the test is skipped, or fails."""
    return engine("trino"), java_since(_OLDEST_JAVA)


@contextmanager
def trino_on_this_machine(
    folder: Path, *, database: str, glue_endpoint: str, s3_endpoint: str, key: str, secret: str
) -> Iterator[Trino]:
    """Start a server whose configuration and log lie in the folder; stop it at the end.

    Args:
        folder: an empty folder, or one that is made.
        database: in which unqualified names are looked up.
        glue_endpoint: of the catalog.
        s3_endpoint: of the data.
        key: access key id, for both.
        secret: secret access key, for both.
    """
    (home, java), port = installed(), free_port()
    s3 = {"endpoint": s3_endpoint, "region": REGION, "aws-access-key": key, "aws-secret-key": secret}
    glue = {"endpoint-url": glue_endpoint, "region": REGION, "aws-access-key": key, "aws-secret-key": secret}
    _write(
        folder / "catalog" / f"{_CATALOG}.properties",
        {
            "connector.name": "hive",
            "hive.metastore": "glue",
            **{f"hive.metastore.glue.{name}": text for name, text in glue.items()},
            "hive.security": "allow-all",
            "hive.recursive-directories": "true",
            # moto has none to give, and Trino asks for them again and again.
            "hive.table-statistics-enabled": "false",
            "fs.native-s3.enabled": "true",
            "s3.path-style-access": "true",
            **{f"s3.{name}": text for name, text in s3.items()},
        },
    )
    _write(folder / "config.properties", _server_settings(home, folder, port))
    log = folder / "server.log"
    command = [
        java,
        *_JVM,
        "-cp",
        f"{home}/lib/*",
        f"-Dconfig={folder / 'config.properties'}",
        "io.trino.server.TrinoServer",
    ]
    with log.open("wb") as sink, subprocess.Popen(command, cwd=folder, stdout=sink, stderr=sink) as process:
        try:
            trino = Trino(f"http://127.0.0.1:{port}", database)
            _wait(process, trino, log)
            yield trino
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()


def _server_settings(home: Path, folder: Path, port: int) -> dict[str, str]:
    return {
        "node.environment": "test",
        "node.id": "test",
        "node.internal-address": "127.0.0.1",
        "node.bind-ip": "127.0.0.1",
        "plugin.dir": str(home / "plugin"),
        "catalog.management": "static",
        "catalog.config-dir": str(folder / "catalog"),
        "coordinator": "true",
        "node-scheduler.include-coordinator": "true",
        "http-server.http.port": str(port),
        "discovery.uri": f"http://127.0.0.1:{port}",
    }


def _write(path: Path, settings: Mapping[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{name}={text}\n" for name, text in settings.items()), encoding="utf-8")


def _wait(process: subprocess.Popen[bytes], trino: Trino, log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(requests.RequestException, TrinoError):
            if not _json(requests.get(f"{trino.address}/v1/info", timeout=_ANSWER_S))["starting"]:
                return
        time.sleep(0.3)
    raise AssertionError(f"Trino did not start within {_START_S} s:\n{log.read_text(errors='replace')[-4000:]}")


def _json(response: requests.Response) -> dict[str, Any]:
    response.raise_for_status()
    found: dict[str, Any] = response.json()
    return found


def _reader(kind: str) -> Callable[[Any], Any]:
    """Return what makes Python's value of a type's JSON."""
    if kind.startswith("array("):
        inner = _reader(kind.removeprefix("array(").removesuffix(")"))
        return lambda value: None if value is None else [inner(entry) for entry in value]
    readers: dict[str, Callable[[Any], Any]] = {
        "double": float,
        "date": date.fromisoformat,
        "timestamp": datetime.fromisoformat,
        "decimal": Decimal,
    }
    if kind.endswith("with time zone"):
        return lambda value: None if value is None else datetime.fromisoformat(value.replace(" UTC", "+00:00"))
    read = readers.get(kind.partition("(")[0], lambda value: value)
    return lambda value: None if value is None else read(value)
