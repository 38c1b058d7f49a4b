"""A program named pulumi that answers as Pulumi's does."""

import json
import os
from pathlib import Path


def pulumi_that(folder: Path, script: str) -> dict[str, str]:
    """Return an environment in which `pulumi` is this shell script."""
    program = folder / "bin" / "pulumi"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return {"PATH": f"{program.parent}:{os.environ['PATH']}"}


def pulumi_that_exports(folder: Path, exports: object) -> dict[str, str]:
    """Return an environment in which `pulumi` prints these exports; its arguments are kept in `asked`."""
    (folder / "exports.json").write_text(json.dumps(exports))
    return pulumi_that(folder, f'echo "$@" > {folder}/asked; cat {folder}/exports.json')
