"""`make plan`: resources, permissions and cost of a stack, and its differences from the other stacks.

python -m infra.plan.show STACK [--format text|markdown|json]

Needs no account: the recorder runs the program.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.tree import Tree

from flightlake.errors import FlightLakeError
from infra.config.settings import STACKS
from infra.plan.cost import total_usd
from infra.plan.model import Plan, make_plan, physical_name, statements
from infra.plan.prices import AS_OF, REGION
from infra.plan.recorder import Recorded

_WIDTH = 120
_PLACEHOLDER_NOTE = "openskyClientId and openskyClientSecret are not set yet: placeholders stand for them"


def resource_tree(plan: Plan) -> Tree:
    """Return the resources by component, with their names on AWS."""
    by_parent: dict[str, list[Recorded]] = {}
    for resource in plan.recording.resources:
        by_parent.setdefault(resource.parent, []).append(resource)

    def grow(branch: Tree, parent: str) -> None:
        for child in sorted(by_parent.get(parent, []), key=lambda found: (found.is_component, found.type, found.name)):
            kind = f"[bold]{child.name}[/]" if child.is_component else f"{_kind(child)} [cyan]{physical_name(child)}[/]"
            grow(branch.add(kind), child.urn)

    tree = Tree(f"[bold]stack {plan.stack}[/]: {_resource_count(plan)} resources in {plan.settings.region}")
    for root in sorted(by_parent.keys() - {resource.urn for resource in plan.recording.resources}):
        grow(tree, root)
    return tree


def print_text(plan: Plan, others: Sequence[Plan]) -> None:
    """Print the plan for a person."""
    console = Console(width=None if sys.stdout.isatty() else _WIDTH, highlight=False)
    if plan.has_placeholder:
        console.print(f"note: {_PLACEHOLDER_NOTE}")
    console.print(resource_tree(plan))
    console.print(_rights(plan))
    console.print(_cost(plan))
    console.print(_cost_note(plan))
    console.print(_differences(plan, others))


def _rights(plan: Plan) -> Table:
    table = Table("role", "for", "actions", title="who may do what", title_justify="left")
    table.add_column("on", overflow="fold")
    service, keys = plan.recording.exports["service"], _keys(plan)
    for role, statement in statements(plan.recording):
        resources = "\n".join([*(_short(arn, keys) for arn in statement["Resource"]), *_narrowed(statement)])
        name = role.removeprefix(f"{service}-")
        table.add_row(name, statement["Sid"], "\n".join(statement["Action"]), escape(resources))
    return table


def _narrowed(statement: dict[str, Any]) -> list[str]:
    conditions = statement.get("Condition", {})
    return [f"where {json.dumps(conditions)}"] if conditions else []


def _keys(plan: Plan) -> dict[str, str]:
    """Return the alias of each key by its id."""
    return {
        str(alias.inputs["targetKeyId"]): alias.inputs["name"]
        for alias in plan.recording.of_type("aws:kms/alias:Alias")
    }


def _short(arn: str, keys: dict[str, str]) -> str:
    """Return an ARN without partition, region and account."""
    if arn.count(":") < 5:
        return arn
    _, _, service, _, _, *resource = arn.split(":")
    kind, _, name = resource[0].partition("/")
    return keys.get(name, f"{service}:{':'.join(resource)}") if kind == "key" else f"{service}:{':'.join(resource)}"


def _cost(plan: Plan) -> Table:
    table = Table("service", "what", title="forecast for a month", title_justify="left")
    table.add_column("quantity", justify="right")
    table.add_column("unit")
    table.add_column("USD", justify="right")
    for line in plan.lines:
        table.add_row(line.service, line.what, f"{line.quantity:,.2f}", line.unit, f"{line.usd:.2f}")
    table.add_section()
    table.add_row("total", "", "", "", f"{total_usd(plan.lines):.2f}")
    return table


def _cost_note(plan: Plan) -> str:
    budget = plan.settings.monthly_budget_usd
    verdict = "within" if total_usd(plan.lines) <= budget else "ABOVE"
    return (
        f"{verdict} the budget of {budget:g} USD (monthlyBudgetUsd); prices of {REGION} as of {AS_OF}; free quantities "
        "counted once, as if the account held nothing else; assumptions in infra/plan/cost.py"
    )


def _differences(plan: Plan, others: Sequence[Plan]) -> Table:
    table = Table("setting", plan.stack, *(other.stack for other in others), title="how it differs from the others")
    table.title_justify = "left"
    for key, *values in _different_settings([plan, *others]):
        table.add_row(key, *values)
    table.add_section()
    for name, *marks in _only_in_some([plan, *others]):
        table.add_row(name, *marks)
    table.add_section()
    counts = [_resource_count(entry) for entry in (plan, *others)]
    table.add_row("resources", *map(str, counts))
    table.add_row("USD a month", *(f"{total_usd(entry.lines):.2f}" for entry in (plan, *others)))
    return table


def _different_settings(plans: Sequence[Plan]) -> list[tuple[str, ...]]:
    keys = sorted(set().union(*(plan.config for plan in plans)))
    rows = [(key, *(plan.config.get(key, "") for plan in plans)) for key in keys if "Secret" not in key]
    return [row for row in rows if len(set(row[1:])) > 1]


def _only_in_some(plans: Sequence[Plan]) -> list[tuple[str, ...]]:
    """Return the resources that some stacks have and others lack, with one mark for each stack."""
    held: list[set[str]] = [
        {f"{_kind(found)} {found.name}" for found in plan.recording.resources if not found.is_component}
        for plan in plans
    ]
    everywhere = {name for name in held[0] if all(name in names for names in held)}
    some = sorted({name for names in held for name in names} - everywhere)
    return [(name, *("yes" if name in names else "-" for names in held)) for name in some]


def print_markdown(plan: Plan, others: Sequence[Plan]) -> None:
    """Print a summary for a pull request."""
    kinds = Counter(_kind(found) for found in plan.recording.resources if not found.is_component)
    lines = [
        f"### Plan of stack `{plan.stack}`: {_resource_count(plan)} resources, {total_usd(plan.lines):.2f} USD a month",
        "",
        *([f"*{_PLACEHOLDER_NOTE}*", ""] if plan.has_placeholder else []),
        ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())),
        "",
        *_markdown_table(
            ("service", "what", "quantity", "unit", "USD"),
            [(line.service, line.what, f"{line.quantity:,.2f}", line.unit, f"{line.usd:.2f}") for line in plan.lines],
        ),
        "",
        _cost_note(plan),
        "",
        "<details><summary>who may do what</summary>",
        "",
        *_markdown_table(("role", "for", "actions", "on"), _markdown_rights(plan)),
        "",
        "</details>",
        "",
        *_markdown_table(
            ("setting", plan.stack, *(other.stack for other in others)), _different_settings([plan, *others])
        ),
    ]
    sys.stdout.write("\n".join(lines) + "\n")


def _markdown_rights(plan: Plan) -> list[tuple[str, ...]]:
    keys = _keys(plan)
    return [
        (role, found["Sid"], " ".join(found["Action"]), " ".join(_short(arn, keys) for arn in found["Resource"]))
        for role, found in statements(plan.recording)
    ]


def _markdown_table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    cells = [heading, ["---"] * len(heading), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in cells]


def print_json(plan: Plan, others: Sequence[Plan]) -> None:
    """Print one JSON document."""
    document = {
        "stack": plan.stack,
        "resources": [
            {"type": found.type, "name": found.name, "physical_name": physical_name(found)}
            for found in plan.recording.resources
            if not found.is_component
        ],
        "rights": [{"role": role, **statement} for role, statement in statements(plan.recording)],
        "cost": {"usd": round(total_usd(plan.lines), 2), "lines": [vars(line) for line in plan.lines]},
        "exports": plan.recording.exports,
        "others": {other.stack: {"usd": round(total_usd(other.lines), 2)} for other in others},
    }
    json.dump(document, sys.stdout, indent=2)
    sys.stdout.write("\n")


def _kind(resource: Recorded) -> str:
    return resource.type.rpartition(":")[2]


def _resource_count(plan: Plan) -> int:
    return sum(not resource.is_component for resource in plan.recording.resources)


_WRITERS: dict[str, Callable[[Plan, Sequence[Plan]], None]] = {
    "text": print_text,
    "markdown": print_markdown,
    "json": print_json,
}


def main(argv: Sequence[str]) -> int:
    """Print the plan of a stack and return the exit status: 0, or 2 where its configuration is refused."""
    parser = argparse.ArgumentParser(prog="make plan", description="What a stack makes, may and costs.")
    parser.add_argument("stack", help=", ".join(STACKS))
    parser.add_argument("--format", choices=tuple(_WRITERS), default="text")
    options = parser.parse_args(argv)
    try:
        plan = make_plan(options.stack)
        others = [make_plan(stack) for stack in STACKS if stack != options.stack]
    except FlightLakeError as error:
        Console(stderr=True, soft_wrap=True, highlight=False).print(f"error: {error}", markup=False)
        return 2
    _WRITERS[options.format](plan, others)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
