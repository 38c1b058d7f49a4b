"""A process that carries out orders on a lake, one a line, each in a new fork that may be killed.

Started by `Worker`. A fork takes a hundredth of the time of a new Python, so that thousands of kills are affordable.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from support.small_days import small_conversion

from flightlake.clock import SystemClock
from flightlake.commits.vacuum import Vacuum, expired_incomplete
from flightlake.errors import FlightLakeError
from flightlake.lake import Lake
from flightlake.ports import Catalog
from flightlake.schema.contract import Table
from flightlake.schema.tables.registry import CURATED_TABLES
from flightlake.storage.open_lake import open_lake


class Steps:
    """Names each step that this process takes on the file system of a lake, and lets it go wrong.

    An order may say `kill_at`, the step before which the process dies; or `fail_at` and `errno`, the step from which on
    the system refuses whatever writes, as a full disk does.
    """

    def __init__(self, root: str, tell: Callable[[str], None], order: dict[str, Any]) -> None:
        self._root = root
        self._tell = tell
        self._order = order
        self._fails = False
        self.doing = "build"

    def watch(self) -> None:
        sys.addaudithook(self._hook)

    def _hook(self, event: str, args: tuple[Any, ...]) -> None:
        if event not in _VERBS or (event == "open" and not _is_write(args)):
            return
        # A link or a rename is named by where it leads to, anything else by its only path.
        path = str(args[1] if event in ("os.link", "os.rename") else args[0])
        if path.startswith(self._root):
            self._reached(f"{self.doing}: {_VERBS[event]} {_what(path)}")
            if self._fails and _VERBS[event] != "remove":
                raise OSError(self._order["errno"], os.strerror(self._order["errno"]), path)

    def _reached(self, name: str) -> None:
        if name == self._order.get("kill_at"):
            os.kill(os.getpid(), signal.SIGKILL)
        self._fails |= name == self._order.get("fail_at")
        self._tell(name)


_VERBS = {
    "open": "write",
    "os.link": "give its name to",
    "os.rename": "replace",
    "os.remove": "remove",
    "os.mkdir": "make",
    "os.rmdir": "remove",
}


def _is_write(args: tuple[Any, ...]) -> bool:
    # Without a mode it is `os.open`: a file or folder whose bytes are brought to the disk.
    return args[1] is not None and "r" not in args[1]


def _what(path: str) -> str:
    """Return what a path is for."""
    table = next((table.name for table in CURATED_TABLES if f"/curated/{table.name}/" in path), "")
    if ".incoming-" in path:
        return f"a temporary file of {'the record' if '/commits/' in path else table or 'the lake'}"
    for part, name in (("/commits/", "the record"), (".lock", "the lock"), ("catalog.json", "the catalog")):
        if part in path:
            return name
    return f"a {'file' if path.endswith('.parquet') else 'folder'} of {table or 'the lake'}"


class NamedCatalog:
    """A catalog that says which table's pointer is moving."""

    def __init__(self, catalog: Catalog, steps: Steps) -> None:
        self._catalog = catalog
        self._steps = steps

    def __getattr__(self, name: str) -> Any:
        return getattr(self._catalog, name)

    def move_pointer(self, table: Table, day: date, location: str) -> None:
        self._steps.doing = f"pointer of {table.name}"
        self._catalog.move_pointer(table, day, location)
        self._steps.doing = f"after pointer of {table.name}"


def convert(lake: Lake, order: dict[str, Any]) -> Any:
    """Convert the days that the order names, or all that are pending."""
    conversion = small_conversion(lake, SystemClock())
    days = [date.fromisoformat(day) for day in order.get("days", [])] or conversion.pending_days()
    results = list(conversion.run(days, rebuild=order.get("rebuild", False)))
    return [{**result.to_document(), "failed": result.failed} for result in results]


def roll_back(lake: Lake, order: dict[str, Any]) -> Any:
    """Go back to the commit before the visible one."""
    log = small_conversion(lake, SystemClock()).log
    day = date.fromisoformat(order["day"])
    record = log.roll_back(day, commit=order.get("commit"), seen_raw_keys=tuple(order["seen"]), at=datetime.now(UTC))
    return {"sequence": record.sequence, "commit": record.commit}


def vacuum(lake: Lake, order: dict[str, Any]) -> Any:
    """Remove what is older than the order says, as seen so many days from now."""
    log = small_conversion(lake, SystemClock()).log
    now = datetime.now(UTC) + timedelta(days=order["days_from_now"])
    retention = timedelta(seconds=order["retention_s"])
    removed = [old.folder for old in Vacuum(log, lake.store, lake.catalog, now, retention).remove()]
    left = expired_incomplete(lake.store, now=now, retention=retention)
    for found in left:
        lake.store.remove_incomplete(found)
    return {"removed": removed, "left": [found.key for found in left]}


_ORDERS = {"convert": convert, "rollback": roll_back, "vacuum": vacuum}


def obeyed(address: str, order: dict[str, Any]) -> dict[str, Any]:
    """Carry an order out in a fork and return its result."""
    reading, writing = os.pipe()
    began_s = time.monotonic()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _work(address, order, writing)
    os.close(writing)
    if (after_s := order.get("kill_after_s")) is not None:
        time.sleep(after_s)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    with os.fdopen(reading) as pipe:
        said = [json.loads(line) for line in pipe.read().splitlines() if line.endswith(("]", "}", '"'))]
    _, status = os.waitpid(child, 0)
    steps = [line for line in said if isinstance(line, str)]
    answer = next((line for line in said if isinstance(line, dict)), {})
    was_killed = os.WIFSIGNALED(status)
    times = {"began_s": began_s, "ended_s": time.monotonic()}
    return {"killed": was_killed, "steps": steps if order.get("trace") else [], "last": steps[-1:], **answer, **times}


def _work(address: str, order: dict[str, Any], pipe: int) -> None:
    """Do the work, write the answer into the pipe, and end this fork."""

    def tell(said: Any) -> None:
        os.write(pipe, f"{json.dumps(said, default=str)}\n".encode())

    status = 1
    try:
        lake = open_lake(address)
        if lake.root is not None:
            steps = Steps(str(lake.root), tell, order)
            lake = replace(lake, catalog=NamedCatalog(lake.catalog, steps))
            steps.watch()
        tell({"result": _ORDERS[order["do"]](lake, order)})
        status = 0
    except FlightLakeError as error:
        tell({"error": type(error).__name__, "text": str(error)})
        status = 0
    except BaseException as error:
        tell({"crash": f"{type(error).__name__}: {error}"})
        raise
    finally:
        sys.stderr.flush()
        os._exit(status)


def main() -> None:
    """Obey the orders on stdin, one JSON document a line, and answer each with one on stdout.

    They are about the lake of the command line, unless they name another.
    """
    for line in sys.stdin:
        order = json.loads(line)
        answer = obeyed(order.pop("lake", sys.argv[1]), order)
        sys.stdout.write(f"{json.dumps(answer, default=str)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
