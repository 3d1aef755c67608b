"""One OpenAPI document: read, bounded, checked, and reachable by JSON pointer."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import jsonschema_rs

from mock_server.errors import Problem, SpecError
from mock_server.reader import read_file
from mock_server.spec.legacy import modernised
from mock_server.spec.patch import Patch, patched

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_VERSION = re.compile(r"3\.([01])\.\d+")
_BASE = "mock:document"
_REMEDY_REF = "bundle the document into one file: only references inside it are followed"

Node = dict[str, Any]


def escape(token: str) -> str:
    """One token of a JSON pointer (RFC 6901)."""
    return token.replace("~", "~0").replace("/", "~1")


@dataclass(frozen=True)
class Document:
    """An OpenAPI 3.0 or 3.1 document that can be served; ``root`` is in the vocabulary of 3.1."""

    name: str
    root: Node = field(repr=False)
    published: Node = field(repr=False, default_factory=dict)
    """As it was read: what ``/openapi`` shows."""
    lenient: bool = False
    """Whether an answer of ours that breaks the contract goes out all the same, to be counted and logged."""

    @cached_property
    def registry(self) -> jsonschema_rs.Registry:
        return jsonschema_rs.Registry([(_BASE, self.root)], draft=jsonschema_rs.Draft202012)

    @staticmethod
    def uri(pointer: str) -> str:
        """The address of a part of the document, as a schema reference."""
        return f"{_BASE}#{quote(pointer, safe='/~')}"

    def resolve(self, pointer: str) -> tuple[str, Any]:
        """The node at ``pointer`` and where it really stands, after any chain of ``$ref``."""
        seen = set()
        node = self.at(pointer)
        while isinstance(node, dict) and isinstance(node.get("$ref"), str):
            if pointer in seen:
                raise SpecError(Problem(f"{self.name}#{pointer}", "a reference that leads back to itself"))
            seen.add(pointer)
            pointer = unquote(node["$ref"][1:])
            node = self.at(pointer)
        return pointer, node

    def at(self, pointer: str) -> Any:
        """The node at ``pointer`` itself, a reference included."""
        node: Any = self.root
        for token in pointer.split("/")[1:]:
            name = token.replace("~1", "/").replace("~0", "~")
            node = node[int(name)] if isinstance(node, list) else node[name]
        return node


def load(path: Path, patches: Sequence[Patch] = (), *, lenient: bool = False) -> Document:
    """Read ``path``, apply ``patches``, and refuse, with one line for each fault, what cannot be served.

    Raises SpecError.
    """
    root = read_file(path, SpecError)
    return parse(patched(root, patches) if patches else root, str(path), lenient=lenient)


def parse(root: Any, name: str, *, lenient: bool = False) -> Document:
    """A Document from data already read; ``name`` is for the messages."""
    problems = list(_problems(root))
    if problems:
        raise SpecError(*(Problem(f"{name}#{where}", what, remedy) for where, what, remedy in problems[:20]))
    modern = modernised(root) if root["openapi"].startswith("3.0") else root
    return Document(name, modern, root, lenient)


_Fault = tuple[str, str, str]


def _problems(root: Any) -> Iterator[_Fault]:
    if not isinstance(root, dict):
        yield "", "not an OpenAPI document: the top level is not a mapping", "give the document itself"
        return
    version = root.get("openapi")
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        what = f"OpenAPI version {version!r}" if version else "no `openapi` version"
        yield "/openapi", what, "serve an OpenAPI 3.0 or 3.1 document"
        return
    paths = root.get("paths")
    if not isinstance(paths, dict) or not paths:
        yield "/paths", "no paths", "a document without operations cannot be served"
        return
    yield from _bad_paths(paths)
    yield from _bad_references(root)


def _bad_paths(paths: Node) -> Iterator[_Fault]:
    seen: dict[str, str] = {}
    for path, item in paths.items():
        where = f"/paths/{escape(path)}"
        if path.startswith("x-"):
            continue
        if not path.startswith("/"):
            yield where, "a path that does not start with `/`", f"write `/{path}`"
        if not isinstance(item, dict):
            yield where, "a path item that is not a mapping", "list its operations below it"
        blank = re.sub(r"\{[^}]*\}", "{}", path)
        if blank in seen:
            yield where, f"the same path as `{seen[blank]}` with other parameter names", "merge the two"
        seen[blank] = path


def _bad_references(root: Node) -> Iterator[_Fault]:
    document = Document("", root)
    for where, reference in _references(root, ""):
        if not reference.startswith("#/"):
            yield where, f"a reference to another document: {reference[:80]}", _REMEDY_REF
            continue
        try:
            document.resolve(unquote(reference[1:]))
        except SpecError:
            yield where, f"a circle of references: {reference}", "let one of them hold the schema"
        except (KeyError, IndexError, ValueError, TypeError):
            yield where, f"a reference to nothing: {reference}", "correct the name or add the part"


def _references(node: Any, where: str) -> Iterator[tuple[str, str]]:
    """Every ``$ref`` of the document that is a reference and not data in an example."""
    if isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str):
            yield f"{where}/$ref", reference
        for key, value in node.items():
            if key not in ("example", "examples", "default", "enum", "const"):
                yield from _references(value, f"{where}/{escape(key)}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _references(value, f"{where}/{index}")
