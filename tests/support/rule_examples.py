"""Other quality rules for the duration of a test, as if a release with them ran."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from inspect import unwrap
from types import FunctionType, ModuleType

import pytest

import duckdb_engine.verify.verify_days  # noqa: F401  see above

# Whoever reads the rules is imported before they change: a module imported under other rules would keep them.
import flightlake.publishing.publisher  # noqa: F401  see above
from flightlake.quality import rules
from flightlake.quality.rule_compiler import compiled_rules
from flightlake.quality.rules import Rule

_PACKAGES = ("flightlake", "ingestion", "glue_jobs", "duckdb_engine", "serving", "simulator", "cli")


@contextmanager
def ruled_by(other: tuple[Rule, ...]) -> Iterator[None]:
    """Make every part of the program use other rules."""
    ours = [module for name, module in list(sys.modules.items()) if name.partition(".")[0] in _PACKAGES]
    with pytest.MonkeyPatch.context() as patch:
        for module in ours:
            _replace(patch, module, rules.RULES if module is not rules else None, other)
        _replace(patch, rules, rules.RULES, other)
        compiled_rules.cache_clear()
        yield
    compiled_rules.cache_clear()


def with_predicate(name: str, broken: str) -> tuple[Rule, ...]:
    """Return today's rules, one of them with another predicate."""
    changed = tuple(replace(rule, broken=broken) if rule.name == name else rule for rule in rules.RULES)
    assert changed != rules.RULES
    return changed


def _replace(
    patch: pytest.MonkeyPatch, module: ModuleType, old: tuple[Rule, ...] | None, new: tuple[Rule, ...]
) -> None:
    """Put the new rules in the place of the old ones: a module's names, and defaults of its functions."""
    for name, value in list(vars(module).items()) if old else []:
        function = unwrap(value) if callable(value) else None
        if isinstance(function, FunctionType) and any(default is old for default in function.__defaults__ or ()):
            defaults = tuple(new if default is old else default for default in function.__defaults__ or ())
            patch.setattr(function, "__defaults__", defaults)
        elif value is old:
            patch.setattr(module, name, new)
