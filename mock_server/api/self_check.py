"""Checks our own answers against the contract, so that no answer goes out that the document does not allow."""

import logging
from collections.abc import Callable
from typing import Any

from mock_server.errors import AnswerInvalid
from mock_server.spec.operation import Operation, Response
from mock_server.support.exact_json import ENVELOPE_DEPTH, MAX_JSON_DEPTH, read_json, write_json

Mend = Callable[[Any], Any]
"""A function that changes the value of an answer so that the contract allows it."""

log = logging.getLogger("mock_server")

_SAMPLE = 64  # one whole answer in so many is checked again, whatever its parts were


class SelfCheck:
    """Checks the answers of all operations, or one in so many of those whose parts were checked when they were made.

    ``mismatches`` counts those that broke the contract.
    """

    def __init__(self, *, sampled: bool) -> None:
        self.sampled = sampled
        self.mismatches = 0
        self._turns: dict[Operation, int] = {}

    def may_repeat(self, operation: Operation) -> bool:
        """Tell whether a cached answer may be sent. It counts as one answer, and from time to time a new one must be
        made and checked.
        """
        turn = self._turns[operation]
        if turn % _SAMPLE == 0:
            return False
        self._turns[operation] = turn + 1
        return True

    def check(
        self, operation: Operation, response: Response, answer: bytes, *, checked: bool, mend: Mend | None = None
    ) -> bytes:
        """Return an answer of ours that the contract allows: ``answer``, or else what ``mend`` makes of its value.

        Raises AnswerInvalid when it still breaks the contract; a lenient document only counts and logs it.
        """
        turn = self._turns.get(operation, 0)
        self._turns[operation] = turn + 1
        if (checked and turn % _SAMPLE and self.sampled) or response.schema is None or not answer:
            return answer
        value = read_json(answer, MAX_JSON_DEPTH + ENVELOPE_DEPTH)
        if response.schema.accepts(value):
            return answer
        if mend is not None and response.schema.accepts(mended := mend(value)):
            return write_json(mended)
        self.mismatches += 1
        problems = [f"our answer {problem}" for problem in response.schema.problems(value)]
        log.error("%s %s: %s", operation.key, response.status, "; ".join(problems))
        if not operation.document.lenient:
            raise AnswerInvalid(*problems)
        return answer
