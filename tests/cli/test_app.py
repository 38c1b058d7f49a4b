"""The command line as a whole: help, exit codes, and that stdout holds results alone."""

import os
import signal
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
import typer
from typer.testing import CliRunner

from cli import app as app_module
from cli.app import COMMANDS, build_app, main
from flightlake.errors import StorageError, UsageError

ORDER = [
    "simulate",
    "poll",
    "land",
    "redrive",
    "convert",
    "query",
    "why",
    "verify",
    "history",
    "rollback",
    "vacuum",
    "archive",
    "report",
]
FLIGHTLAKE = [sys.executable, "-c", "from cli.app import main; main()"]

runner = CliRunner()


def flightlake(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*FLIGHTLAKE, *arguments], capture_output=True, text=True, check=False, env=os.environ | environment, timeout=60
    )


def test_commands_stand_in_the_order_of_the_data() -> None:
    assert list(COMMANDS) == [name for name in ORDER if name in COMMANDS]


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_explains_itself_and_names_its_options(name: str) -> None:
    result = runner.invoke(build_app(), [name, "--help"], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    command = import_module(f"cli.commands.{name}").command
    assert command.__doc__
    assert command.__doc__.splitlines()[0].split()[0] in result.output
    alone = typer.Typer()
    alone.command()(command)
    options = [option for parameter in typer.main.get_command(alone).params for option in parameter.opts]
    for option in options:
        if option.startswith("--") and "completion" not in option:
            assert option in result.output


def test_help_lists_every_command_with_its_summary() -> None:
    result = runner.invoke(build_app(), ["--help"], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    for name, summary in COMMANDS.items():
        assert name in result.output
        assert summary in result.output


def test_help_loads_no_command() -> None:
    code = (
        "import sys, contextlib\nfrom cli.app import build_app\n"
        "with contextlib.suppress(SystemExit): build_app()(['--help'])\n"
        "heavy = {'duckdb', 'pyspark', 'aiohttp', 'boto3', 'numpy', 'sqlglot', 'altair', 'requests'}\n"
        "sys.exit(f'loaded {heavy & set(sys.modules)}' if heavy & set(sys.modules) else 0)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_the_version_is_told() -> None:
    result = flightlake("--version")
    assert (result.returncode, result.stdout.split()[0], result.stderr) == (0, "flightlake", "")


def test_without_a_command_the_help_is_shown_and_nothing_is_done() -> None:
    assert flightlake().returncode == 2


def test_a_misspelt_command_is_met_with_the_closest() -> None:
    result = flightlake("querry")
    assert (result.returncode, result.stdout) == (2, "")
    assert "Did you mean 'query'" in result.stderr


def test_completion_offers_the_commands() -> None:
    result = flightlake(
        _FLIGHTLAKE_COMPLETE="complete_bash", COMP_WORDS="flightlake q", COMP_CWORD="1", _TYPER_COMPLETE_TEST="1"
    )
    assert "query" in result.stdout


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A command that fails as it is told."""
    module = ModuleType("cli.commands.failing")
    monkeypatch.setitem(sys.modules, "cli.commands.failing", module)
    monkeypatch.setitem(app_module.COMMANDS, "failing", "Fail.")
    monkeypatch.setattr(sys, "argv", ["flightlake", "failing"])
    return module


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (UsageError("not like [this]"), 2, "error: not like [this]"),
        (StorageError("the disk is full"), 1, "error: the disk is full"),
        (PermissionError(13, "Permission denied", "/lake"), 1, "error: Permission denied: /lake"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (typer.Exit(1), 1, ""),
    ],
)
def test_an_error_becomes_a_line_and_a_status(
    failing: ModuleType, capsys: pytest.CaptureFixture[str], error: BaseException, status: int, told: str
) -> None:
    def command() -> None:
        """Fail."""
        raise error

    failing.command = command  # type: ignore[attr-defined]  # a module made here has no declared attributes
    with pytest.raises(SystemExit) as left:
        main()
    captured = capsys.readouterr()
    assert (left.value.code, captured.out, captured.err.strip()) == (status, "", told)


def test_a_fault_of_the_program_is_not_hidden(failing: ModuleType) -> None:
    def command() -> None:
        """Fail."""
        raise ZeroDivisionError

    failing.command = command  # type: ignore[attr-defined]  # a module made here has no declared attributes
    with pytest.raises(ZeroDivisionError):
        main()


def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*FLIGHTLAKE, "query", "--list", "--format", "json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == 1


def test_an_interrupt_from_the_keyboard_ends_in_a_line(tmp_path: Path) -> None:
    fifo = tmp_path / "never.sql"
    os.mkfifo(fifo)
    arguments = ["query", "--lake", str(tmp_path), f"@{fifo}"]
    with (
        subprocess.Popen([*FLIGHTLAKE, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process,
        fifo.open("w"),  # opens when the command has opened the other end, and now waits for a text
    ):
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err.strip()) == (130, b"", b"interrupted")
