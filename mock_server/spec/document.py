"""One OpenAPI document: read, bounded, and reachable by JSON pointer."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import jsonschema_rs

from mock_server import __version__
from mock_server.config.paths import is_ours
from mock_server.errors import Problem, SpecError
from mock_server.spec.dialect import plain
from mock_server.spec.discriminator import with_discriminators
from mock_server.spec.json_patch import Patch, patched
from mock_server.support.bounded_files import read_file
from mock_server.support.exact_json import write_json
from mock_server.support.file_cache import recall, remember
from mock_server.support.json_pointer import unescape
from mock_server.support.local_references import bundled
from mock_server.support.overlay import NO_OVERLAY, Overlay
from mock_server.support.path_items import with_merged_path_items
from mock_server.support.schemas_as_meant import as_meant
from mock_server.support.text import short_repr, shorten

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_VERSION = re.compile(r"3\.([012])(\.\d+)?")
_REMEDY_OUTSIDE = (
    "bundle the document into one file: only references inside it and to files below its folder are followed"
)
_MAPPING = "write it as `name: value` lines"
_CHECKED_BY = (__version__, Path(jsonschema_rs.__file__).stat().st_mtime_ns)  # we, and the library as installed

Node = dict[str, Any]


@dataclass(frozen=True)
class Document:
    """An OpenAPI 3.0 or 3.1 document. ``root`` is its content in the vocabulary of JSON Schema 2020-12."""

    name: str
    root: Node = field(repr=False)
    published: Node = field(repr=False, default_factory=dict)
    """The document as it was read, without our changes: ``/openapi`` shows it."""
    lenient: bool = False
    """True if an answer of ours that breaks the contract is sent all the same, counted and logged."""
    mark: bytes = field(repr=False, default=b"")
    """The name under which a start remembers that our document passed its checks; a user's document has none."""
    known_sound: bool = False
    """True if an earlier start has checked all operations and could make their validators."""
    unreached: dict[str, str] = field(repr=False, default_factory=dict)
    """References to other files that could not be followed, and why."""
    others: tuple[str, ...] = field(repr=False, default=())
    """The other files that hold parts of the document."""
    slips: tuple[Problem, ...] = field(repr=False, default=())
    """Faults of YAML and of inheritance in the document's file that were read as they were meant."""
    compiled: dict[tuple[str, str], Any] = field(repr=False, compare=False, default_factory=dict)
    """Objects that were compiled from the document, by purpose and pointer; a schema may contain itself."""

    @property
    def files(self) -> tuple[str, ...]:
        """All files that the document was read from."""
        return (self.name, *self.others)

    @property
    def title(self) -> str:
        """The name that the document gives its API."""
        info = self.root.get("info")
        return str(info.get("title") or self.name) if isinstance(info, dict) else self.name

    def found_sound(self) -> None:
        """Remember that the operations passed all checks: the next start skips them unless the file changes."""
        if self.mark and not self.known_sound:
            remember(self.mark, self.root)

    def fault(self, pointer: str, what: str, remedy: str) -> SpecError:
        """Make an error about one place of the document."""
        return SpecError(Problem(f"{self.name}#{pointer}", what, remedy))

    def resolve(self, pointer: str) -> tuple[str, Any]:
        """The node at ``pointer`` and its real place, after any chain of ``$ref``.

        Raises SpecError for a reference that leads out of the document, to nothing, or back to itself.
        """
        seen = set()
        node = self.at(pointer)
        while isinstance(node, dict) and "$ref" in node:
            seen.add(pointer)
            here, reference = f"{pointer}/$ref", node["$ref"]
            if not isinstance(reference, str) or not reference.startswith("#/"):
                remedy = self.unreached.get(unquote(str(reference)), _REMEDY_OUTSIDE)
                raise self.fault(here, f"a reference to another document: {shorten(str(reference), 80)}", remedy)
            pointer = unquote(reference[1:])
            try:
                node = self.at(pointer)
            except LookupError:
                what = f"a reference to nothing: #{pointer}"
                raise self.fault(here, what, "correct the name or add the part") from None
            if pointer in seen:
                raise self.fault(here, f"a circle of references: #{pointer}", "let one of them hold the part")
        return pointer, node

    def at(self, pointer: str) -> Any:
        """The node at ``pointer`` itself, which may be a reference. Raises LookupError if there is none."""
        node: Any = self.root
        for token in pointer.split("/")[1:]:
            if isinstance(node, dict):
                node = node[unescape(token)]
            elif isinstance(node, list) and re.fullmatch(r"0|[1-9][0-9]{0,8}", token):
                node = node[int(token)]
            else:
                raise LookupError(pointer)
        return node

    def mapping(self, pointer: str, what: str) -> tuple[str, Node]:
        """The mapping at ``pointer`` and its real place. ``what`` names it in messages. Raises SpecError."""
        where, node = self.resolve(pointer)
        if not isinstance(node, dict):
            raise self.fault(where, f"{what} is not a mapping but {kind_of(node)}", _MAPPING)
        return where, node


def base_path(document: Document, *owners: Node) -> str:
    """The path of the first server, which stands before each path of the document.

    ``owners`` are an operation and its path item, which may have servers of their own. The path ends at a variable
    without a value, for no request could contain it.
    """
    listed = next((it["servers"] for it in (*owners, document.root) if it.get("servers")), None)
    if not isinstance(listed, list) or not isinstance(listed[0], dict):
        return ""
    url, variables = str(listed[0].get("url", "")), listed[0].get("variables")
    for name, variable in variables.items() if isinstance(variables, dict) else ():
        if isinstance(variable, dict) and (value := _value_of(variable)) is not None:
            url = url.replace(f"{{{name}}}", value)
    try:
        path = urlsplit(urljoin("http://mock/", url)).path
    except ValueError:
        return ""
    return path.partition("{")[0].rpartition("/")[0] if "{" in path else path.rstrip("/")


def _value_of(variable: Node) -> str | None:
    """The value of a server's variable: its default, else its first value."""
    values = variable.get("enum")
    value = variable.get("default", values[0] if isinstance(values, list) and values else None)
    return None if value is None or isinstance(value, dict | list) else str(value)


def kind_of(node: Any) -> str:
    """Describe the kind of a node for a person: ``a list``, ``nothing``, ``the text 'abc'``."""
    if node is None:
        return "nothing"
    if isinstance(node, list | dict):
        return "a list" if isinstance(node, list) else "a mapping"
    return f"the text {short_repr(node, 40)}" if isinstance(node, str) else shorten(str(node).lower(), 40)


def load(
    path: Path, patches: Sequence[Patch] = (), overlay: Overlay = NO_OVERLAY, name: str = "", *, lenient: bool = False
) -> Document:
    """Read ``path``, apply ``patches`` and the actions of ``overlay``, and refuse what is no OpenAPI document.

    ``name`` is the one by which the actions know it. Raises SpecError.
    """
    slips: list[Problem] = []
    root = read_file(path, SpecError, ours=is_ours(path), slips=slips)
    if patches:
        root = patched(root, patches)
    root = overlay.applied(root, name)
    mark = _mark(root) if is_ours(path) else b""
    return parse(root, str(path), lenient=lenient, mark=mark, path=path, slips=slips)


def _mark(root: Any) -> bytes:
    """A digest of everything that the checks of a document depend on; nothing if JSON cannot express it."""
    with suppress(TypeError):
        return write_json(["plain, with discriminators", root, *_CHECKED_BY])
    return b""


def parse(
    root: Any,
    name: str,
    *,
    lenient: bool = False,
    mark: bytes = b"",
    path: Path | None = None,
    slips: Sequence[Problem] = (),
) -> Document:
    """Make a Document from data that was read already. ``name`` is for messages; other files are near ``path``.

    Its operations are not examined yet.
    """
    if not isinstance(root, dict):
        what = f"not an OpenAPI document: the top level is {kind_of(root)}"
        raise SpecError(Problem(f"{name}#", what, "give the document itself"))
    version = str(root.get("openapi", ""))
    if not _VERSION.fullmatch(version):
        old = "swagger" in root
        what = f"OpenAPI version `{shorten(version, 20)}`" if version else "no `openapi` version"
        remedy = "convert it from Swagger 2.0 first" if old else "serve an OpenAPI 3.0, 3.1 or 3.2 document"
        raise SpecError(Problem(f"{name}#/openapi", what, remedy))
    paths, webhooks = root.get("paths", {}), root.get("webhooks")
    if not isinstance(paths, dict) or not (paths or (webhooks and isinstance(webhooks, dict))):
        remedy = "a document without operations and webhooks cannot be served"
        found = "an empty mapping" if paths == {} and "paths" in root else kind_of(root.get("paths"))
        raise SpecError(Problem(f"{name}#/paths", f"no paths but {found}", remedy))
    root = {**root, "paths": paths}
    with suppress(LookupError):
        if mark:
            return Document(name, recall(mark), root, lenient, mark, known_sound=True)
    whole, unreached, others = bundled(root, path, SpecError)
    meant, more = as_meant(with_merged_path_items(whole))
    read = (*slips, *(Problem(f"{name}#{slip.pointer}", slip.what, slip.meant) for slip in more))
    parts = {key: value for key, value in meant.items() if key != "$ref"}
    copy = with_discriminators(plain(parts, old=version.startswith("3.0")))
    return Document(name, copy, whole, lenient, mark, unreached=unreached, slips=read, others=others)
