"""Compile a document's operations: read parameters, bodies and answers, and make every validator."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from mock_server.errors import Problem, SpecError
from mock_server.spec.answer_compiler import AnswerCompiler
from mock_server.spec.compilation import Compilation
from mock_server.spec.document import METHODS, Document, Node, base_path
from mock_server.spec.media_types import Format, format_of
from mock_server.spec.operation import Operation
from mock_server.spec.parameter_compiler import ParameterCompiler
from mock_server.spec.path_template import blanked, wrong_segment
from mock_server.spec.schema import Schema
from mock_server.support.json_pointer import escape
from mock_server.support.text import shorten


class Compiled(NamedTuple):
    """The operations of a document in its order, with those that cannot be served.

    ``faults`` has everything that is wrong with the document. ``left_out`` are the faulty parts for which no operation
    answers 501. ``slips`` are faults that were read as they were meant.
    """

    operations: Sequence[Operation]
    faults: Sequence[Problem]
    left_out: Sequence[Problem]
    slips: Sequence[Problem]


def operations(document: Document) -> Compiled:
    """Compile every operation, and write one line for each fault. Raises SpecError if no operation can be served."""
    compiler = _Compiler(document, sound=document.known_sound)
    found = compiler.operations()
    left_out = list(dict.fromkeys(compiler.shared.left_out))
    faults = list(dict.fromkeys([*compiler.shared.faults, *left_out]))
    if not found and not faults and not document.root.get("webhooks"):
        faults.append(Problem(f"{document.name}#/paths", "no operations", "add one"))
    if faults and all(operation.unserved for operation in found):
        raise SpecError(*faults)
    if not faults:
        document.found_sound()
    return Compiled(found, faults, left_out, compiler.shared.slips)


class _Compiler:
    """One pass over a document. ``faults`` collects everything that is wrong, so that a person sees it all at once."""

    def __init__(self, document: Document, *, sound: bool = False) -> None:
        self.document = document
        self.shared = Compilation(document, sound=sound)
        self._parameters = ParameterCompiler(self.shared)
        self._answers = AnswerCompiler(self.shared)

    def operations(self) -> list[Operation]:
        found: list[Operation] = []
        self._paths()
        for path in self.document.root["paths"]:
            if not path.startswith("/"):
                continue
            with self.shared.leaving_out():
                where, item = self.document.mapping(f"/paths/{escape(path)}", "a path item")
                found.extend(
                    self._served_or_not(method, path, pointer, where, item)
                    for method, pointer in _methods(where, item).items()
                )
        return found

    def _served_or_not(self, method: str, path: str, pointer: str, where: str, item: Node) -> Operation:
        """Compile one operation. Its faults stop no other operation."""
        before, self.shared.faults = self.shared.faults, []
        base = base_path(self.document, item)
        operation = Operation(
            *(self.document, method, base, base + path, pointer, {}),
            *(self._parameters.undeclared({}, path), {}, False, {}),
        )
        try:
            operation = self._operation(method, path, pointer, where, item)
        except SpecError as fault:
            self.shared.faults.extend(fault.problems)
        except Exception as fault:  # nobody has foreseen this document; the other operations do not care
            what = f"the program failed on this operation: {type(fault).__name__}: {shorten(str(fault), 200)}"
            self.shared.faults.extend(self.document.fault(operation.pointer, what, "please report it").problems)
        faults, self.shared.faults = self.shared.faults, [*before, *self.shared.faults]
        return replace(operation, unserved=_reason(faults)) if faults else operation

    def _paths(self) -> None:
        """Note the paths that no request can match, or that cannot be told from another path."""
        seen: dict[str, str] = {}
        for path in self.document.root["paths"]:
            what = ""
            if path.startswith("x-"):
                continue
            if not path.startswith("/"):
                what, remedy = "a path that does not start with `/`", f"write `/{path}`"
            elif "?" in path or "#" in path:
                what, remedy = "a path with a query", "declare query parameters below it"
            elif part := wrong_segment(path):
                what, remedy = f"a brace that holds no parameter: `{part}`", "write each parameter as `{name}`"
            elif self._methods(path) & self._methods(seen.get(blanked(path), "")):
                what, remedy = f"the same path as `{seen[blanked(path)]}` with other parameter names", "merge the two"
            if what:
                self.shared.left_out.append(Problem(f"{self.document.name}#/paths/{escape(path)}", what, remedy))
            seen.setdefault(blanked(path), path)

    def _methods(self, path: str) -> set[str]:
        """The methods of a path item; none if there is no such path."""
        item = self.document.root["paths"].get(path)
        return set(METHODS).intersection(item) if isinstance(item, dict) else set()

    def _operation(self, method: str, path: str, pointer: str, where: str, item: Node) -> Operation:
        pointer, node = self.document.mapping(pointer, "an operation")
        parameters = self._parameters.parameters(((where, item), (pointer, node)), path)
        bodies, required = self.bodies(f"{pointer}/requestBody") if self._has_body(method, node) else ({}, False)
        answers = dict(self._answers.answers(pointer, node))
        responses = {int(code.replace("X", "0")): it for code, it in sorted(answers.items()) if _counts(code)}
        responses |= {int(code): answer for code, answer in answers.items() if code.isdigit()}
        base = base_path(self.document, node, item)
        return Operation(
            *(self.document, method, base, base + path, pointer, node),
            *(parameters, bodies, required, responses),
            ranges={code: answer for code, answer in answers.items() if not code.isdigit()},
            encodings=dict(self._encodings(f"{pointer}/requestBody", bodies)),
        )

    def _has_body(self, method: str, node: Node) -> bool:
        """Tell whether a request may have a body. OpenAPI 3.0 wants one ignored where HTTP has no meaning for it."""
        ignored = method in _BODILESS and str(self.document.root.get("openapi")).startswith("3.0")
        return "requestBody" in node and not ignored

    def bodies(self, pointer: str) -> tuple[dict[str, Schema], bool]:
        """The schemas of a request body by media type, and whether the body is required."""
        found: dict[str, Schema] = {}
        required = False
        with self.shared.noting():
            start, body = self.document.mapping(pointer, "a request body")
            required = body.get("required") is True
            _, content = self.document.mapping(f"{start}/content", "content") if "content" in body else ("", {})
            for media in content:
                with self.shared.noting():
                    found[media] = self.shared.media(f"{start}/content/{escape(media)}")
        return found, required

    def _encodings(self, pointer: str, bodies: Iterable[str]) -> Iterator[tuple[str, Mapping[str, Node]]]:
        """The encoding objects of the forms among ``bodies``, by field."""
        for media in bodies:
            if format_of(media) in (Format.FORM, Format.MULTIPART):
                start, _ = self.document.resolve(pointer)
                _, entry = self.document.mapping(f"{start}/content/{escape(media)}", "a media type")
                named = entry.get("encoding")
                fields = named.items() if isinstance(named, dict) else ()
                yield media, {name: node for name, node in fields if isinstance(node, dict)}


_BODILESS = ("GET", "HEAD")  # nearly every document that has a body for DELETE means it


def _counts(code: str) -> bool:
    """Tell whether a range stands for the status at which it begins: `2XX` for 200."""
    return code in ("2XX", "3XX")


def _methods(where: str, item: Node) -> dict[str, str]:
    """The methods of the path item at ``where``, each with the place of its operation."""
    found = {method.upper(): f"{where}/{method}" for method in METHODS if method in item}
    more = item.get("additionalOperations")  # of OpenAPI 3.2; their names are the methods, as they are sent
    for name in more if isinstance(more, dict) else ():
        if _METHOD.fullmatch(name):
            found.setdefault(name, f"{where}/additionalOperations/{escape(name)}")
    return found


_METHOD = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,40}")


def _reason(faults: Sequence[Problem]) -> str:
    """The reason why an operation is not served, in one line."""
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return f"{faults[0]}{more}"
