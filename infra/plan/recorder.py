"""Recorder that runs the whole program without account, network or Pulumi, and keeps the resources it registers.

It takes the place of Pulumi's engine. Inputs are recorded as they would be sent; outputs are mock values derived from
the names, in AWS's formats, so that values composed of them can be checked.
"""

import asyncio
import runpy
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi
from pulumi.runtime import mocks, rpc
from pulumi.runtime.stack import run_pulumi_func

from infra.config.names import PROJECT
from infra.plan.mock_outputs import MockOutputs

UNKNOWN = "(known after deployment)"
"""Stands for an input that a preview cannot know."""

_PROGRAM = Path(__file__).parents[1] / "__main__.py"


@dataclass(frozen=True)
class Recorded:
    """One resource as the program registered it.

    Attributes:
        urn: Pulumi's name of it, with the types of its parents.
        type: Pulumi's type token, such as `aws:s3/bucket:Bucket` or `flightlake:Storage` of a component.
        name: its name within the program.
        inputs: its arguments by Pulumi's names (camelCase), resolved; `UNKNOWN` in a preview where they are not known.
        parent: URN of its component, or of the stack.
        is_component: whether it is one of ours and not of AWS.
        protect: whether Pulumi refuses to delete it.
        secrets: names of the inputs that are secret, and so encrypted in the state.
    """

    urn: str
    type: str
    name: str
    inputs: dict[str, Any]
    parent: str
    is_component: bool
    protect: bool
    secrets: tuple[str, ...]


@dataclass
class Recording:
    """Resources that a run of the program registered, in the order of their URNs, and the stack's exports."""

    resources: list[Recorded] = field(default_factory=list)
    exports: dict[str, Any] = field(default_factory=dict)

    def of_type(self, token: str) -> list[Recorded]:
        """Return the resources of a type."""
        return [resource for resource in self.resources if resource.type == token]

    def within(self, component: str) -> list[Recorded]:
        """Return the resources of a component, by the component's name, and of those inside it."""
        inside = {resource.urn for resource in self.resources if resource.is_component and resource.name == component}
        while True:
            found = [resource for resource in self.resources if resource.parent in inside]
            grown = inside | {resource.urn for resource in found}
            if grown == inside:
                return found
            inside = grown

    def named(self, token: str, name: str) -> Recorded:
        """Return one resource by type and name.

        Raises:
            KeyError: there is none.
        """
        for resource in self.of_type(token):
            if resource.name == name:
                return resource
        raise KeyError(f"{token} {name}")


def record(
    stack: str, config: Mapping[str, str], *, secrets: frozenset[str] = frozenset(), preview: bool = False
) -> Recording:
    """Run `infra/__main__.py` for a stack and return the resources and exports that it registered.

    Args:
        stack: dev, staging or prod.
        config: the stack's configuration by full key, as in `Pulumi.<stack>.yaml`, such as `flightlake:tier`.
        secrets: keys of it that are encrypted.
        preview: as in `pulumi preview`, where computed outputs are unknown.

    Raises:
        UsageError: the configuration is refused.
    """
    # Pulumi keeps its state in context variables: in a separate context, no recording sees another's stack and tags.
    return Context().run(_record, stack, dict(config), secrets=secrets, preview=preview)


def _record(stack: str, config: dict[str, str], *, secrets: frozenset[str], preview: bool) -> Recording:
    monitor = _RecordingMonitor(MockOutputs(config["aws:region"], known=not preview))
    with _event_loops() as loop:
        mocks.set_mocks(monitor.mocks, PROJECT, stack, preview, monitor=monitor)
        pulumi.runtime.set_all_config(config, sorted(secrets))
        outputs: dict[str, Any] = {}
        loop.run_until_complete(run_pulumi_func(lambda: outputs.update(_run_program())))
        exports = {name: loop.run_until_complete(_resolved(value)) for name, value in outputs.items()}
    resources = sorted(monitor.recorded, key=lambda resource: resource.urn)
    return Recording(resources, dict(sorted(exports.items())))


@contextmanager
def _event_loops() -> Iterator[asyncio.AbstractEventLoop]:
    """Yield an event loop for the program; the thread that answers Pulumi's requests gets another one."""
    loop, answering = asyncio.new_event_loop(), asyncio.new_event_loop()
    loop.set_default_executor(ThreadPoolExecutor(1, initializer=asyncio.set_event_loop, initargs=(answering,)))
    asyncio.set_event_loop(loop)
    try:
        yield loop
    finally:
        loop.run_until_complete(loop.shutdown_default_executor())
        asyncio.set_event_loop(None)
        loop.close()
        answering.close()


async def _resolved(export: Any) -> Any:
    found = await pulumi.Output.from_input(export).future()
    return UNKNOWN if found is None else found


def _run_program() -> dict[str, Any]:
    exported: dict[str, Any] = dict(runpy.run_path(str(_PROGRAM), run_name="__main__")["exports"])
    return exported


class _RecordingMonitor(mocks.MockMonitor):
    """Mock engine of Pulumi that also keeps each registered resource."""

    def __init__(self, outputs: MockOutputs) -> None:
        super().__init__(outputs)
        self.recorded: list[Recorded] = []

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the name of Pulumi's protocol
        response = super().RegisterResource(request)  # type: ignore[no-untyped-call]  # Pulumi leaves it untyped
        if request.type != "pulumi:pulumi:Stack":
            self.recorded.append(_recorded(request, response.urn))
        return response


def _recorded(request: Any, urn: str) -> Recorded:
    inputs = rpc.deserialize_properties(request.object)
    return Recorded(
        urn=urn,
        type=request.type,
        name=request.name,
        inputs={name: _plain(value) for name, value in inputs.items()},
        parent=request.parent,
        is_component=not request.custom,
        protect=request.protect,
        secrets=tuple(sorted(name for name, value in inputs.items() if rpc.is_rpc_secret(value))),
    )


def _plain(value: Any) -> Any:
    """Return an input in JSON's types: files by their path, unknown values as `UNKNOWN`."""
    if rpc.is_rpc_secret(value):
        return _plain(rpc.unwrap_rpc_secret(value))
    if isinstance(value, pulumi.output.Unknown):
        return UNKNOWN
    if isinstance(value, pulumi.FileAsset | pulumi.FileArchive):
        return str(value.path)
    if isinstance(value, dict):
        return {name: _plain(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    return value
