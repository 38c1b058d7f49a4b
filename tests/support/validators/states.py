"""Validator of transitions in state machines, which the schema of Amazon States Language does not cover.

Not covered: what the expressions between `{%` and `%}` give (the tests of the backfill evaluate them).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from infra.plan.recorder import Recorded

_LAST = frozenset({"Succeed", "Fail"})


def state_violations(resources: Sequence[Recorded]) -> list[str]:
    """Return invalid transitions of state machines."""
    machines = [found for found in resources if found.type == "aws:sfn/stateMachine:StateMachine"]
    return [f"{found.name}: {line}" for found in machines for line in _machine(json.loads(found.inputs["definition"]))]


def _machine(machine: Mapping[str, Any]) -> Iterator[str]:
    states = machine["States"]
    ways = {name: set(_ways(state)) for name, state in states.items()}
    reached = {machine["StartAt"]}.union(*ways.values())
    yield from (f"no state is called {name}" for name in sorted(reached - states.keys()))
    yield from (f"nothing leads to {name}" for name in sorted(states.keys() - reached))
    for name, state in states.items():
        if not ways[name] and not state.get("End") and state["Type"] not in _LAST:
            yield f"{name} neither ends nor leads on"
        for inner in _inner(state):
            yield from _machine(inner)


def _ways(state: Mapping[str, Any]) -> Iterator[str]:
    choices = [*state.get("Choices", []), *state.get("Catch", [])]
    yield from (choice["Next"] for choice in choices)
    yield from (state[name] for name in ("Next", "Default") if name in state)


def _inner(state: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [*state.get("Branches", []), *([state["ItemProcessor"]] if "ItemProcessor" in state else [])]
