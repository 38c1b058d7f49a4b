"""Reader of a stack's configuration that checks each value; errors name file, key, value and a valid form."""

import difflib
import re
from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from flightlake.errors import UsageError

NAMESPACE = "flightlake"

REGIONS = frozenset(
    [
        "af-south-1",
        "ap-east-1",
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-northeast-3",
        "ap-south-1",
        "ap-south-2",
        "ap-southeast-1",
        "ap-southeast-2",
        "ap-southeast-3",
        "ap-southeast-4",
        "ap-southeast-5",
        "ca-central-1",
        "ca-west-1",
        "eu-central-1",
        "eu-central-2",
        "eu-north-1",
        "eu-south-1",
        "eu-south-2",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "il-central-1",
        "me-central-1",
        "me-south-1",
        "mx-central-1",
        "sa-east-1",
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
    ]
)
"""Regions with AWS Glue. Source: botocore 1.42, endpoints of `glue`, partition aws."""

Number = TypeVar("Number", int, float)


class ConfigReader:
    """Reader of the values in one namespace of a stack's configuration.

    Each method takes a key and returns its value in its type. `done` refuses keys that were not read, so that a
    misspelt one cannot pass for a default.
    """

    def __init__(self, stack: str, config: Mapping[str, str]) -> None:
        """Take the configuration by full key, such as `flightlake:tier`."""
        prefix = f"{NAMESPACE}:"
        self._region = str(config.get("aws:region") or "")
        self._file = f"Pulumi.{stack}.yaml"
        self._values = {key.removeprefix(prefix): text for key, text in config.items() if key.startswith(prefix)}
        self._asked: set[str] = set()

    def text(self, key: str, *, pattern: str = ".+", form: str = "a text") -> str:
        """Return the text of a required key."""
        found = self.optional_text(key, pattern=pattern, form=form)
        if found is None:
            misspelt = _nearest(key, self._values.keys())
            raise UsageError(f"{self._file}: {NAMESPACE}:{key} is not set; give {form}{misspelt}")
        return found

    def optional_text(self, key: str, *, pattern: str = ".+", form: str = "a text") -> str | None:
        """Return the text of a key; None where it is absent or empty."""
        self._asked.add(key)
        found = str(self._values.get(key) or "").strip()
        if not found:
            return None
        if re.fullmatch(pattern, found) is None:
            raise self.refusal(key, f"give {form}")
        return found

    def choice(self, key: str, choices: Collection[str]) -> str:
        """Return the value of a key that must be one of the choices."""
        found = self.text(key, form=f"one of {', '.join(choices)}")
        if found not in choices:
            raise self.refusal(key, f"give one of {', '.join(choices)}{_nearest(found, choices)}")
        return found

    def flag(self, key: str) -> bool:
        """Return the boolean value of a key."""
        return self.choice(key, ("true", "false")) == "true"

    def number(self, key: str, *, least: float, most: float, unit: str) -> float:
        """Return the number of a key, within limits."""
        form = f"{unit} from {least:g} to {most:g}"
        return self._parsed(key, float, form, least=least, most=most)

    def count(self, key: str, *, least: int, most: int, unit: str) -> int:
        """Return the whole number of a key, within limits."""
        form = f"{unit}, whole, from {least} to {most}"
        return self._parsed(key, int, form, least=least, most=most)

    def region(self) -> str:
        """Return the stack's region, `aws:region`."""
        if not self._region:
            raise UsageError(f"{self._file}: aws:region is not set; give a region such as us-east-1")
        if self._region not in REGIONS:
            raise UsageError(f"{self._file}: aws:region is {self._region!r}: {_no_region(self._region)}")
        return self._region

    def optional_region(self, key: str) -> str | None:
        """Return the region of a key; None where it is absent or empty."""
        found = self.optional_text(key)
        if found is not None and found not in REGIONS:
            raise self.refusal(key, _no_region(found))
        return found

    def refusal(self, key: str, remedy: str) -> UsageError:
        """Return an error that names file, key, value and the remedy."""
        return UsageError(f"{self._file}: {NAMESPACE}:{key} is {self._values.get(key)!r}: {remedy}")

    def done(self) -> None:
        """Refuse keys that are no setting."""
        for key in sorted(self._values.keys() - self._asked):
            nearest = _nearest(key, self._asked)
            raise UsageError(f"{self._file}: there is no setting {NAMESPACE}:{key}{nearest}; correct or remove it")

    def _parsed(self, key: str, parse: Callable[[str], Number], form: str, *, least: float, most: float) -> Number:
        text = self.text(key, form=form)
        try:
            found = parse(text)
        except ValueError as error:
            raise self.refusal(key, f"give {form}") from error
        if not least <= found <= most:  # so that NaN fails too
            raise self.refusal(key, f"give {form}")
        return found


def _no_region(name: str) -> str:
    return f"AWS Glue is in no such region{_nearest(name, REGIONS)}"


def _nearest(word: str, known: Collection[str]) -> str:
    found = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {found[0]}?" if found else ""
