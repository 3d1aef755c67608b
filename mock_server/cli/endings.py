"""How every verb ends: with its exit code, and a few lines about what went wrong."""

import io
import os
import sys
import traceback
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import click

from mock_server.errors import Problem, SetupError
from mock_server.support.extras import install
from mock_server.support.redaction import Redactor

FAILED = 2
"""The exit code of a verb that could not run, or tested nothing. 1 is reserved for a broken contract."""
INTERRUPTED = 130

_OURS = ("mock_server", "contracts")
_PRINTERS = ("click.", "rich.", "contracts.cli.lost_output")


class OutputClosed(Exception):
    """The reader of the output has gone."""


class Unwritable(SetupError):
    """The output cannot be written, mostly because a disk is full."""

    def __init__(self, fault: OSError) -> None:
        super().__init__(Problem("standard output", fault.strerror or str(fault), "write it elsewhere, or make room"))


@contextmanager
def closed_output_is_reported() -> Generator[None, None, None]:
    """Turn a closed pipe into OutputClosed, before click ends the program for it with 1."""
    try:
        yield
    except BrokenPipeError:
        raise OutputClosed from None


def run_to_exit_code(verb: Callable[[], Any]) -> int:
    """Run ``verb`` and return the exit code, whatever it raises."""
    _set_up_streams()
    try:
        result = verb()
        sys.stdout.flush()  # a full disk shows here, or else when the interpreter ends, with a code of its own
        return result if isinstance(result, int) else 0
    except (OutputClosed, BrokenPipeError):
        _say_no_more()
        return 0
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # rich answers a closed pipe with exit 1
            _say_no_more()
            return 0
        return FAILED if end.code else 0
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except Exception as fault:  # the last resort of every verb: a mistake of ours never ends with 1
        error = _of_output(fault) or fault
        with suppress(OSError, ValueError):  # nobody reads standard error
            for line in _lines(error):
                click.echo(line, err=True)
        _say_no_more()  # or what could not be written is tried again, and that has an exit code of its own
        return FAILED


def _set_up_streams() -> None:
    """Let the program run although a terminal lacks a character or a stream is closed (``>&-``)."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - until the process ends
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _of_output(error: Exception) -> Unwritable | None:
    """Report that standard output failed: the error names no file, and the verb was printing."""
    if not isinstance(error, OSError) or error.filename is not None:
        return None
    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    printing = frame.f_globals.get("__name__", "").startswith(_PRINTERS) or frame.f_code is run_to_exit_code.__code__
    return Unwritable(error) if printing else None


def _say_no_more() -> None:
    """Drop further output: the reader has gone (``| head``), or a disk is full."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _lines(error: Exception) -> Iterator[str]:
    """The lines of an error for a person."""
    if isinstance(error, click.ClickException):
        shown = io.StringIO()
        error.show(shown)
        yield shown.getvalue().rstrip("\n")
    elif isinstance(error, SetupError):
        yield from (f"sophiie-mock: {problem}" for problem in error.problems)
    elif isinstance(error, ImportError) and not (error.name or "").startswith(_OURS):
        yield f"sophiie-mock: {_missing(error)}"
    else:
        from mock_server.support.crash_report import describe_crash  # start-up: only for a fault

        yield f"sophiie-mock: {describe_crash(error, Redactor().redact)}"


def _missing(error: ImportError) -> str:
    """Report that a library is missing or has the wrong version, and how to get it."""
    frames = traceback.walk_tb(error.__traceback__)
    suite = any(frame.f_globals.get("__name__", "").startswith("contracts") for frame, _ in frames)
    return f"{error} → {install('check' if suite else '')}, which brings what fits"
