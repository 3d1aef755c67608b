"""Texts with a form, such as e-mail addresses and URLs: the shortest, the longest, and malformed ones."""

import re
from collections.abc import Iterator

from contracts.spec.validators import SchemaValidator

_RUN = re.compile(r"[A-Za-z0-9]+")
_SEPARATOR = re.compile(r"[^A-Za-z0-9]+")
_FURTHEST = 40
"""Most characters by which a text without a maximal length is extended."""


def almost(validator: SchemaValidator, sample: str) -> Iterator[str]:
    """Malformed variants of a valid text: with parts missing, repeated or in the wrong place."""
    for text in dict.fromkeys(_spellings(sample)):
        if not validator.is_valid(text):
            yield text


def _spellings(sample: str) -> Iterator[str]:
    half = len(sample) // 2
    yield from (f"{sample[:half]} {sample[half:]}", f"{sample[:half]}\u00e9{sample[half:]}", sample[1:])
    yield from (f"Suite <{sample}>", f"{sample}#part", f"{sample},{sample}", f"'{sample}'")
    for found in _SEPARATOR.finditer(sample):
        before, mark, after = sample[: found.start()], found[0], sample[found.end() :]
        yield from (f"{before}{after}", f"{before}{mark}{mark}{after}", f"{before}{mark}")
    scheme, mark, rest = sample.partition("://")
    if mark:
        host, slash, path = rest.partition("/")
        yield from (f"{mark}{rest}", f"javascript:{rest}", f"{scheme}{mark}user:word@{rest}", f"{scheme}{mark}/{path}")
        yield from (f"{scheme}{mark}{host}:{port}{slash}{path}" for port in ("0", "65536", "-1", "port"))


def stretched(validator: SchemaValidator, sample: str, most: int) -> Iterator[str]:
    """The shortest and the longest valid variant of a sample, and those that are one character beyond.

    ``most`` is the longest that the schema allows; 0 if it sets no limit.
    """
    runs = list(_RUN.finditer(sample))
    for longer in (True, False):
        texts = (_by(validator, sample, run, most, longer=longer) for run in runs)
        found = next((pair for pair in texts if pair is not None), None)
        yield from found or ()


def _by(
    validator: SchemaValidator, sample: str, run: re.Match[str], most: int, *, longer: bool
) -> tuple[str, str] | None:
    """The last valid text and the first invalid one, as a run in it grows or shrinks; None if all are valid."""
    letter, begin, end = sample[run.end() - 1], sample[: run.end()], sample[run.end() :]
    counts = [most - len(sample), most - len(sample) + 1] if most > len(sample) else range(1, _FURTHEST)
    if longer:
        texts = [f"{begin}{letter * count}{end}" for count in counts]
    else:
        texts = [f"{begin[:-count]}{end}" for count in range(1, len(run[0]) + 1)]
    valid = [validator.is_valid(text) for text in texts]
    if not valid[0] or all(valid):
        return None
    first = valid.index(False)
    return texts[first - 1], texts[first]
