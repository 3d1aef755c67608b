"""Finds out which reports the user asked for, and writes them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from contracts.errors import CannotRun
from contracts.report import ctrf, json_report, junit, sarif, shapes_report
from contracts.report import github as annotations
from contracts.report import har as traffic
from contracts.report import html as page
from contracts.report.summary import RunReport

WRITERS: Mapping[str, Callable[[RunReport], str]] = MappingProxyType(
    {
        "json": json_report.as_json,
        "junit": junit.as_junit,
        "html": page.as_html,
        "github": annotations.as_github,
        "summary": annotations.as_summary,
        "sarif": sarif.as_sarif,
        "ctrf": ctrf.as_ctrf,
        "har": traffic.as_har,
        "shapes": shapes_report.as_shapes,
    }
)


def parse_reports(values: Sequence[str], kinds: Collection[str] = tuple(WRITERS)) -> dict[str, str]:
    """Read the values of ``--report``, each one or more ``KIND=FILE``. Raises CannotRun; nothing has been sent then."""
    files: dict[str, str] = {}
    for part in (part for value in values for part in value.split(",") if part):
        kind, equals, path = part.partition("=")
        if kind not in kinds:
            raise CannotRun(f"--report: no kind `{kind}`", f"one of {', '.join(kinds)}")
        if not equals or not path:
            raise CannotRun(f"--report: `{part}` names no file", f"write {kind}=FILE")
        if not Path(path).absolute().parent.is_dir() or Path(path).is_dir():
            raise CannotRun(f"--report: {path} cannot be written", "name a file in a folder that is there")
        files[kind] = path
    return files


def write(report: RunReport, files: Mapping[str, str]) -> list[str]:
    """Write each report, and return an error message for each file that cannot be written.

    An interrupt ends the writing: each file is complete, or a message says that it is missing.
    """
    wrong, left = [], dict(files)
    try:
        for kind, path in files.items():
            if fault := write_file(Path(path), WRITERS[kind](report)):
                wrong.append(f"{path}: {fault} → give a writable place")
            del left[kind]
    except KeyboardInterrupt:
        wrong += [f"{path}: not written, for the run was interrupted a second time" for path in left.values()]
    return wrong


def write_file(path: Path, text: str) -> str:
    """Write one file; return the reason if that failed."""
    try:
        # Half a letter, which a file may have in its name, is no reason to write nothing.
        path.write_text(text, "utf-8", "backslashreplace")
    except OSError as fault:
        return fault.strerror or str(fault)
    except KeyboardInterrupt:
        if path.is_file():  # a part of a report is none
            path.unlink()
        raise
    return ""
