"""Compile the parameters of an operation from a document."""

from mock_server.errors import Problem
from mock_server.spec.compilation import Compilation
from mock_server.spec.document import Node, kind_of
from mock_server.spec.media_types import is_json
from mock_server.spec.parameter import STYLES, Parameter
from mock_server.spec.path_template import PARAMETER
from mock_server.spec.schema import Schema
from mock_server.support.json_pointer import escape

_WHOLE = "querystring"  # OpenAPI 3.2
_LOCATIONS = ("path", "query", "header", "cookie", _WHOLE)
_PATH_ONLY = ("label", "matrix")
_IGNORED = ("accept", "content-type", "authorization")


class ParameterCompiler:
    """Compiles the parameters of one document. It notes their faults in the compilation."""

    def __init__(self, shared: Compilation) -> None:
        self._shared, self._document = shared, shared.document

    def parameters(self, owners: tuple[tuple[str, Node], ...], path: str) -> tuple[Parameter, ...]:
        """The parameters of ``owners``, a path item and its operation. The later one with a name counts."""
        found: dict[tuple[str, str], Parameter] = {}
        for start, owner in owners:
            listed = owner.get("parameters", [])
            if not isinstance(listed, list):
                what = f"parameters are {kind_of(listed)}"
                self._shared.faults += self._document.fault(f"{start}/parameters", what, "list them").problems
                continue
            for index in range(len(listed)):
                with self._shared.noting():
                    pointer, node = self._document.mapping(f"{start}/parameters/{index}", "a parameter")
                    if not _is_ignored(node):
                        parameter = self._parameter(pointer, node)
                        found[parameter.location, parameter.name] = parameter
        return self.undeclared(found, path)

    def undeclared(self, found: dict[tuple[str, str], Parameter], path: str) -> tuple[Parameter, ...]:
        """The parameters, and those that the path names but nobody declares. This is common; they take any text."""
        for name in PARAMETER.findall(path):
            text = Schema.inline(self._document, {"type": "string"})
            found.setdefault(("path", name), Parameter(name, "path", True, text))
        return tuple(found.values())

    def _parameter(self, pointer: str, node: Node) -> Parameter:
        name, location = node.get("name"), node.get("in")
        if not isinstance(name, str) or not name:
            raise self._document.fault(
                f"{pointer}/name", f"a parameter's name is {kind_of(name)}", "name it, in quotes"
            )
        whole = location == _WHOLE
        if location not in _LOCATIONS:
            what = f"parameter `{name}` is in {kind_of(location)}"
            raise self._document.fault(f"{pointer}/in", what, f"write one of {', '.join(_LOCATIONS)}")
        if whole:
            node, location = {key: node[key] for key in node.keys() - {"style", "explode"}}, "query"
        style = node.get("style", "form" if location in ("query", "cookie") else "simple")
        styles = [it for it in STYLES if location == "path" or it not in _PATH_ONLY]
        if style not in styles:
            what = f"parameter `{name}` has the style {kind_of(style)}"
            raise self._document.fault(f"{pointer}/style", what, f"write one of {', '.join(styles)}")
        media, schema = "", None
        if "content" in node:
            _, content = self._document.mapping(f"{pointer}/content", "content")
            media = next(iter(content), "")
            schema = self._shared.media(f"{pointer}/content/{escape(media)}") if media else None
        elif "schema" in node:
            schema = self._shared.schema(f"{pointer}/schema")
        if schema is None:
            schema = self._any(pointer, name)
        return Parameter(
            name=name,
            location=location,
            # The vendor marks some path parameters optional, which OpenAPI does not allow: they are not.
            required=location == "path" or node.get("required") is True,
            schema=schema,
            explode=node.get("explode", style in ("form", "cookie")) is True,
            style=style,
            json=bool(media) and is_json(media),
            allow_empty=location == "query" and node.get("allowEmptyValue") is True,
            allow_reserved=node.get("allowReserved") is True,
            whole=whole,
        )

    def _any(self, pointer: str, name: str) -> Schema:
        """The schema of a parameter that has none: any text fits."""
        what = f"parameter `{name}` has no schema: any text is taken"
        self._shared.slips.append(Problem(f"{self._document.name}#{pointer}", what, "give it one"))
        return Schema.inline(self._document, {})


def _is_ignored(node: Node) -> bool:
    """Tell whether OpenAPI ignores a declaration, because other parts of the document describe this header."""
    return node.get("in") == "header" and str(node.get("name")).lower() in _IGNORED
