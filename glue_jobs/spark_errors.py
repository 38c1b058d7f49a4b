"""What Spark failed of, in one line."""

_CAUSE = "Caused by: "


def reason_of(error: Exception) -> str:
    r"""Return the innermost cause that Spark's Java names, else the first line that says something.

    >>> reason_of(RuntimeError("An error occurred while calling o1.parquet.\n: a.JobFailed\nCaused by: b.Refused: y"))
    'b.Refused: y'
    >>> reason_of(RuntimeError("An error occurred while calling o1.parquet.\n: a.JobFailed: x\n\tat a.B.c"))
    'a.JobFailed: x'
    >>> reason_of(RuntimeError("[PATH_NOT_FOUND] no such path\nsomewhere"))
    '[PATH_NOT_FOUND] no such path'
    """
    lines = str(error).strip().splitlines() or [type(error).__name__]
    causes = [line.strip().removeprefix(_CAUSE) for line in lines if line.strip().startswith(_CAUSE)]
    if causes:
        return causes[-1]
    is_about_python = lines[0].startswith("An error occurred while calling ")
    return lines[1].removeprefix(": ") if is_about_python and len(lines) > 1 else lines[0]
