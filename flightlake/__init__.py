"""Library of the lake: contract, quality rules, commit log, publishing and storage.

`from flightlake import Lake, open_lake` is the way in; the modules behind them are imported at their first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flightlake.lake import Lake
    from flightlake.storage.open_lake import open_lake

__all__ = ["Lake", "__version__", "open_lake"]

__version__ = "0.1.0"

_MODULES = {"Lake": "flightlake.lake", "open_lake": "flightlake.storage.open_lake"}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
