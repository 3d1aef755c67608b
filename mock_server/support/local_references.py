"""Rewrite a document's references to its other names, and to files beside it, as references inside the document.

``$id``, ``$anchor`` and the document's own file name are other names of a part. The target of a reference to another
file is copied into the document, below a key of ours. Only files below the document's folder are read.
"""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from mock_server.errors import SetupError
from mock_server.support.document_keywords import BROUGHT, DATA, NAMES
from mock_server.support.dynamic_scope import Anchored, DynamicScope
from mock_server.support.json_pointer import escape, to_reference
from mock_server.support.local_files import LocalFiles, Place
from mock_server.support.outer_references import NAMING, leads_elsewhere

_MAX_INLINED = 100_000  # nodes of examples from other files
Node = dict[str, Any]


@dataclass
class _Bundle:
    """One document with everything that is copied into it."""

    home: str
    files: LocalFiles
    names: dict[str, Place] = field(default_factory=dict)
    brought: dict[Place, int] = field(default_factory=dict)
    parts: list[Any] = field(default_factory=list)
    waiting: list[tuple[int, Mapping[str, Anchored], Any, str, str]] = field(default_factory=list)
    dynamic: DynamicScope = field(default_factory=DynamicScope)
    inlined: int = 0
    within: set[Place] = field(default_factory=set)
    """Maps by name that are being read: one may refer to itself."""

    def rewritten(self, node: Any, base: str, file: str, *, data: bool = False, names: bool = False) -> Any:
        """Copy ``node`` of ``file``, with all its references inside the document."""
        if isinstance(node, list):
            return [self.rewritten(part, base, file, data=data) for part in node]
        if not isinstance(node, dict):
            return node
        if names:
            return self._named(node, base, file)
        if isinstance(node.get("$id"), str) and not data:
            base = _joined(base, node["$id"])
        if not data:
            node = self.dynamic.plain(node)
            if self.dynamic.adds(node):
                with self.dynamic.within(node, base, file):
                    return self.rewritten(node, base, file)
            if (target := self.dynamic.target(node)) is not None:
                bound, key = target
                others = self.rewritten({name: node[name] for name in node if name != "$dynamicRef"}, base, file)
                return {**others, "$ref": self._filled(key, bound.node, bound.base, bound.file)}
        reference = node.get("$ref")
        if isinstance(reference, str) and (not data or urldefrag(reference).url):
            return self._reference(node, reference, base, file, data=data)
        copy = {
            key: part
            if key.startswith("x-")  # nobody here reads it
            else self.rewritten(part, base, file, data=data or key in DATA, names=key in NAMES and not data)
            for key, part in node.items()
        }
        examples, mapping = node.get("examples"), node.get("mapping")
        if isinstance(examples, dict) and not data:
            copy["examples"] = {name: self._example(part, base, file) for name, part in examples.items()}
        if "propertyName" in node and isinstance(mapping, dict):
            copy["mapping"] = {name: self._mapped(target, base, file) for name, target in mapping.items()}
        return copy

    def _filled(self, key: Hashable, node: Any, base: str, file: str) -> str:
        """The reference to a copy of ``node`` in the present dynamic scope, made once."""
        if key not in self.dynamic.copies:
            self.dynamic.copies[key] = self._later(node, base, file)
        return f"#/components/{BROUGHT}/{self.dynamic.copies[key]}"

    def _later(self, node: Any, base: str, file: str) -> int:
        """The number of a part that ``complete`` copies: chains of references are longer than a stack is deep."""
        self.waiting.append((len(self.parts), self.dynamic.bound, node, base, file))
        self.parts.append(None)
        return len(self.parts) - 1

    def complete(self) -> None:
        """Copy all parts that wait, each in the dynamic scope in which it was named first."""
        while self.waiting:
            number, self.dynamic.bound, node, base, file = self.waiting.pop()
            self.parts[number] = self.rewritten(node, base, file)

    def _named(self, node: Node, base: str, file: str) -> Any:
        """Copy a map by name. All of it may be one reference, whose target then has the names."""
        place = self._place(node["$ref"], base, file) if isinstance(node.get("$ref"), str) else None
        target = self.files.at(place) if place else None
        if place and isinstance(target, dict) and place not in self.within:
            self.within.add(place)
            named = self._named(target, place.file, place.file)
            self.within.discard(place)
            return named
        return {name: self.rewritten(part, base, file) for name, part in node.items()}

    def _example(self, node: Any, base: str, file: str) -> Any:
        """Copy a named example of an answer. It may be a reference; its value is data."""
        return self.rewritten(node, base, file, data=not (isinstance(node, dict) and node.keys() == {"$ref"}))

    def _reference(self, node: Node, reference: str, base: str, file: str, *, data: bool) -> Any:
        place = self._place(reference, base, file)
        if place is None:
            return node
        target = self.files.at(place)
        if data or not isinstance(target, dict | bool):
            return self._inline(target, node, place, data=data)
        others = {key: self.rewritten(part, base, file) for key, part in node.items() if key != "$ref"}
        key = self.dynamic.key(place, self.files.at, self._place)
        inside = self._inside(place) if key is None else self._filled(key, target, place.file, place.file)
        return {"$ref": inside, **others}

    def _inline(self, target: Any, node: Node, place: Place, *, data: bool) -> Any:
        """Copy data of another file to the place that uses it, for nothing follows a reference there."""
        self.inlined += sum(1 for _ in _walk(target))
        if self.inlined > _MAX_INLINED:
            return node
        return self.rewritten(target, place.file, place.file, data=data)

    def _mapped(self, target: Any, base: str, file: str) -> Any:
        """Rewrite a discriminator's target. A bare name is no reference and stays."""
        if not isinstance(target, str) or not ("/" in target or "." in target):
            return target
        place = self._place(target, base, file)
        return self._inside(place) if place else target

    def _inside(self, place: Place) -> str:
        """The reference to ``place`` inside the document. A place in another file is copied in."""
        if place.file == self.home:
            return to_reference(place.pointer)
        if place not in self.brought:
            self.brought[place] = self._later(self.files.at(place), place.file, place.file)
        return f"#/components/{BROUGHT}/{self.brought[place]}"

    def _place(self, reference: str, base: str, file: str) -> Place | None:
        """The place that a reference means; None if it leads out of what can be read."""
        address, fragment = urldefrag(_joined(base, reference, ""))
        fragment = unquote(fragment)
        starts = [self.names.get(address), self._whole(address, reference)]
        for start in dict.fromkeys([*starts, Place(file, "")] if reference.startswith("#") else starts):
            if start is None:
                continue
            named = self.names.get(f"{address}#{fragment}") if fragment and not fragment.startswith("/") else None
            found = named or Place(start.file, start.pointer + fragment)
            if named or (fragment[:1] in ("", "/") and self.files.exists(found)):
                return found
        return None

    def _whole(self, address: str, reference: str) -> Place | None:
        """The whole file at an address, read if that is allowed."""
        known = address in self.files.read
        if not known and not self.files.fetch(address, reference):
            return None
        if not known:
            self.learn(self.files.read[address], address)
        return Place(address, "")

    def learn(self, root: Any, address: str) -> None:
        """Note the other names that the parts of a file have."""
        waiting: list[tuple[Any, str, str, bool]] = [(root, "", address, False)]
        while waiting:
            node, pointer, base, names = waiting.pop()
            if isinstance(node, dict):
                if isinstance(node.get("$id"), str):
                    base = _joined(base, node["$id"])
                    self.names.setdefault(urldefrag(base).url, Place(address, pointer))
                for word in NAMING[1:]:
                    if isinstance(node.get(word), str):
                        self.names.setdefault(f"{urldefrag(base).url}#{node[word]}", Place(address, pointer))
                if isinstance(node.get("$dynamicAnchor"), str):
                    self.dynamic.count[node["$dynamicAnchor"]] += 1
                steps = ((key, part) for key, part in node.items() if names or key not in DATA)
                waiting += ((part, f"{pointer}/{escape(key)}", base, not names and key in NAMES) for key, part in steps)
            elif isinstance(node, list):
                waiting += ((part, f"{pointer}/{index}", base, False) for index, part in enumerate(node))


class Bundled(NamedTuple):
    """A document in one piece, with its other files, and the references that could not be followed and why."""

    root: Any
    unreached: dict[str, str]
    files: tuple[str, ...]


def bundled(root: Any, path: Path | None, error: type[SetupError]) -> Bundled:
    """Put ``root`` and everything that it refers to into one document.

    ``path`` is the file that it was read from. A document that refers only to itself is returned unchanged.
    """
    if not isinstance(root, dict) or not leads_elsewhere(root):
        return Bundled(root, {}, ())
    home = path.resolve().as_uri() if path else "file:///document"
    bundle = _Bundle(home, LocalFiles(path.resolve().parent if path else None, error, {home: root}))
    if isinstance(root.get("$self"), str):
        bundle.names[urldefrag(_joined(home, root["$self"])).url] = Place(home, "")
    bundle.learn(root, home)
    whole = bundle.rewritten(root, home, home)
    bundle.complete()
    files = tuple(unquote(urlsplit(address).path) for address in bundle.files.read if address != home)
    if bundle.parts:
        own = whole.get("components")
        parts = {str(number): part for number, part in enumerate(bundle.parts)}
        whole["components"] = {**(own if isinstance(own, dict) else {}), BROUGHT: parts}
    return Bundled(whole, bundle.files.unreached, files)


def _walk(node: Any) -> Iterator[Any]:
    waiting = [node]
    while waiting:
        part = waiting.pop()
        yield part
        if isinstance(part, dict):
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part


def _joined(base: str, reference: str, otherwise: str | None = None) -> str:
    """The address of a reference, relative to ``base``. A URN as base is no path, but may have fragments.

    For a text that is no address it is ``base``, or ``otherwise``.
    """
    try:
        return urldefrag(base).url + reference if reference.startswith("#") else urljoin(base, reference)
    except ValueError:
        return base if otherwise is None else otherwise
