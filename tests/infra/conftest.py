from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from support import stacks
from support.stacks import SECRET_KEYS, shipped_config

from infra.config.settings import STACKS
from infra.plan.recorder import Recording, record


@pytest.fixture(scope="session")
def built_checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A checkout with placeholder packages."""
    with stacks.built_checkout(tmp_path_factory.mktemp("checkout") / "root") as root:
        yield root


@pytest.fixture(scope="session")
def record_stack(built_checkout: Path) -> Callable[..., Recording]:
    """A function that records a shipped stack, with some of its values changed."""

    def recorded(stack: str, *, preview: bool = False, **changes: str) -> Recording:
        changed = {f"flightlake:{key}": value for key, value in changes.items()}
        return record(stack, {**shipped_config(stack), **changed}, secrets=SECRET_KEYS, preview=preview)

    return recorded


@pytest.fixture(scope="session")
def recordings(record_stack: Callable[..., Recording]) -> Mapping[str, Recording]:
    """The three shipped stacks as they would be deployed; made once, for every test to read."""
    return {stack: record_stack(stack) for stack in STACKS}
