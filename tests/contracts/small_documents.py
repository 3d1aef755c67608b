"""Small documents of other people's habits, one for each: a mock that serves them is to be accused of nothing."""

import json
from collections.abc import Mapping
from typing import Any

Node = dict[str, Any]
TEXT: Node = {"type": "string"}
ID: Node = {**TEXT, "readOnly": True}
INTEGER: Node = {"type": "integer"}
REFUSED: Node = {status: {"description": ""} for status in ("400", "401", "404")}


def ref(name: str) -> Node:
    return {"$ref": f"#/components/schemas/{name}"}


def body(schema: Any, media: str = "application/json") -> Node:
    return {"content": {media: {"schema": schema}}}


def answer(schema: Any = None, media: str = "application/json", **headers: Any) -> Node:
    said = {"description": "", **({} if schema is None else body(schema, media))}
    return {**said, "headers": headers} if headers else said


def thing(*required: str, **properties: Any) -> Node:
    return {"type": "object", "required": list(required), "properties": properties}


def rows(item: Node) -> Node:
    return {"type": "array", "items": item}


def query(name: str, schema: Any = TEXT, where: str = "query", **more: Any) -> Node:
    return {"name": name, "in": where, "schema": schema, **more}


def document(paths: Node, version: str = "3.1.0", schemes: Node | None = None, **schemas: Any) -> Node:
    components = {"schemas": schemas, **({"securitySchemes": schemes} if schemes else {})}
    security: Node = {"security": [{name: [] for name in schemes}]} if schemes else {}
    info = {"title": "Small", "version": "1"}
    return {"openapi": version, "info": info, "paths": paths, "components": components, **security}


def collection(
    name: str = "T",
    path: str = "/things",
    *,
    id: str = "id",
    ids: Any = TEXT,
    listed: Any = None,
    created: str = "201",
    change: str = "put",
    media: str = "application/json",
) -> dict[str, Node]:
    """List, create, read, change and delete."""
    item, made = ref(name), answer(ref(name)) if created == "201" else answer()
    return {
        path: {
            "get": {"responses": {"200": answer(listed or rows(item)), **REFUSED}},
            "post": {"requestBody": {"required": True, **body(item)}, "responses": {created: made, **REFUSED}},
        },
        f"{path}/{{{id}}}": {
            "parameters": [query(id, ids, "path", required=True)],
            "get": {"responses": {"200": answer(item), **REFUSED}},
            change: {
                "requestBody": {"required": True, **body(item, media)},
                "responses": {"200": answer(item), **REFUSED},
            },
            "delete": {"responses": {"204": answer(), **REFUSED}},
        },
    }


def of(**properties: Any) -> Node:
    """A document of things with an id, a name and these properties."""
    return document(collection(), T=thing("name", id=ID, name=TEXT, **properties))


def secured(scheme: Node) -> Node:
    return document(collection(), schemes={"login": scheme}, T=thing("name", id=ID, name=TEXT))


def _nested() -> Node:
    below = collection("B", "/teams/{team}/members", id="member")
    for item in below.values():
        item["parameters"] = [*item.get("parameters", ()), query("team", where="path", required=True)]
    named = thing("name", id=ID, name=TEXT)
    return document({**collection("A", "/teams"), **below}, A=named, B={**named, "title": "B"})


def _conditional() -> Node:
    paths = collection()
    paths["/things"]["post"]["parameters"] = [
        query("Idempotency-Key", {**TEXT, "format": "uuid"}, "header", required=True)
    ]
    item = paths["/things/{id}"]
    item["put"]["parameters"] = [query("If-Match", TEXT, "header")]
    item["put"]["responses"]["412"] = answer()
    item["get"]["responses"]["200"]["headers"] = {"ETag": {"schema": TEXT, "required": True}}
    return document(paths, T=thing("name", id=ID, name=TEXT))


def _second_ids() -> Node:
    """Records listed by one id and created with another, of which only the schema has an example."""
    shown = thing("uuid", "name", uuid={**TEXT, "example": "CON-1"}, name={**TEXT, "example": "first"})
    paths = collection(id="thing_id")
    paths["/things"]["post"]["responses"] = {"200": answer(thing("id", "href", id=TEXT, href=TEXT)), **REFUSED}
    return document(paths, T=shown)


def _shallow() -> Node:
    """Records listed and created below another, with a path of their own."""
    item = collection("T", "/apps", id="app")["/apps/{app}"]
    nested = collection("T", "/accounts/{account}/apps")["/accounts/{account}/apps"]
    keys = collection("K", "/apps/{app}/keys")["/apps/{app}/keys"]
    for path, name in ((nested, "account"), (keys, "app")):
        path["parameters"] = [query(name, where="path", required=True)]
    paths = {"/accounts/{account}/apps": nested, "/apps/{app}": item, "/apps/{app}/keys": keys}
    return document(paths, T=thing("name", id=ID, name=TEXT), K=thing("name", id=ID, name=TEXT))


def _changed_with_201() -> Node:
    """Changes that answer 201, with an object of which nothing is said, and lists below what nothing supplies."""
    paths = collection(change="patch")
    changed = thing(message=TEXT, data={"type": "object"})
    paths["/things/{id}"]["patch"]["responses"] = {"201": answer(changed), **REFUSED}
    below = collection("T", "/bases/{base}/notes")["/bases/{base}/notes"]
    text: Node = {"get": {"responses": {"200": answer(TEXT), **REFUSED}}}
    above = {"parameters": [query("base", where="path", required=True)]}
    paths |= {"/bases": text, "/bases/{base}": {**text, **above}, "/bases/{base}/notes": {**below, **above}}
    return document(paths, T=thing("name", id=ID, name=TEXT))


def _shown_to_all() -> Node:
    """Records with a number as id, all of them the document's example."""
    example = {"id": 1, "name": "first"}
    paths = collection(ids=INTEGER)
    paths["/things"]["get"]["responses"]["200"]["content"]["application/json"]["example"] = [example]
    return document(paths, T={**thing("name", id=INTEGER, name=TEXT), "example": example})


def _sized() -> Node:
    """A list with a page size and a total, whose further pages are asked for by an id."""
    listed = thing("data", "total_count", data=rows(ref("T")), total_count=INTEGER)
    paths = collection(listed=listed)
    size = {**INTEGER, "minimum": 1, "maximum": 500, "default": 10}
    paths["/things"]["get"]["parameters"] = [query("limit", size), query("starting_after")]
    return document(paths, T=thing("id", "name", id=ID, name=TEXT))


def _queries() -> Node:
    """Values that a query must have: of a pattern, perhaps null, perhaps empty, and objects in a list."""
    paths = collection()
    known = thing("field", field={"enum": ["name", "id"]}, value=TEXT)
    paths["/things"]["get"]["parameters"] = [
        query("subject", {**TEXT, "pattern": r"^(user|org)_\w{27}$"}, required=True),
        query("locale", {"type": ["string", "null"], "enum": ["de", "en", None]}),
        query("words", rows(TEXT), allowEmptyValue=True),
        query("filters", rows(known), required=True),
    ]
    return document(paths, T=thing("name", id=ID, name=TEXT))


def _written_otherwise() -> Node:
    """Members that are written as ids and shown as objects, ids that the server gives, and a JSON Patch."""
    paths = collection(ids=INTEGER, change="patch")
    written = thing("name", id=INTEGER, name=TEXT, tags=rows(TEXT))
    paths["/things"]["post"]["requestBody"] = {"required": True, **body(written)}
    step = thing("op", "path", op={"enum": ["replace"]}, path=TEXT, value={})
    steps = {**rows(step), "example": [{"op": "replace", "path": "/note", "value": "n"}]}
    paths["/things/{id}"]["patch"]["requestBody"] = {"required": True, **body(steps)}
    tag = thing("id", id=TEXT, name=TEXT)
    return document(paths, T=thing("name", id=INTEGER, name=TEXT, note=TEXT, tags=rows(tag)))


def _parameters() -> Node:
    paths = collection()
    paths["/things"]["get"]["parameters"] = [
        query("X-Tenant", TEXT, "header", required=True),
        query("c", INTEGER, "cookie"),
        query("ids", {**rows(INTEGER), "maxItems": 5}, style="form", explode=False),
        query("filter", thing(name=TEXT, age=INTEGER), style="deepObject", explode=True),
        query("sort", {"enum": ["name", "-name"]}),
        query("words", rows(TEXT), style="pipeDelimited", explode=False),
        query("since", {**TEXT, "format": "date-time"}),
        query("active", {"type": "boolean"}),
    ]
    return document(paths, T=thing("name", id=ID, name=TEXT, age=INTEGER, active={"type": "boolean"}))


def _ranges() -> Node:
    paths = {
        "/things": {
            "get": {"responses": {"2XX": answer(rows(ref("T"))), "default": answer(ref("Error"))}},
            "post": {
                "requestBody": {"required": True, **body(ref("T"))},
                "responses": {"2XX": answer(ref("T")), "4XX": answer(ref("Error"))},
            },
        }
    }
    return document(
        paths, T=thing("id", "name", id=ID, name=TEXT), Error=thing("code", "message", code=INTEGER, message=TEXT)
    )


def _paged() -> Node:
    listed = thing(
        "data", "has_more", data=rows(ref("T")), has_more={"type": "boolean"}, next={"type": ["string", "null"]}
    )
    paths = collection(listed=listed)
    size = {**INTEGER, "minimum": 1, "maximum": 50, "default": 10}
    paths["/things"]["get"]["parameters"] = [query("cursor"), query("limit", size)]
    return document(paths, T=thing("id", "name", id=ID, name=TEXT))


def _polymorphic(word: str = "oneOf") -> Node:
    mapping = {"cat": "#/components/schemas/Cat", "dog": "Dog"}
    choice = {word: [ref("Cat"), ref("Dog")], "discriminator": {"propertyName": "kind", "mapping": mapping}}
    base = thing("kind", id=ID, kind=TEXT)
    cat = {"allOf": [ref("Base"), thing("purrs", purrs={"type": "boolean"})]}
    dog = {"allOf": [ref("Base"), thing("barks", barks={**INTEGER, "minimum": 0})]}
    return document(collection("Pet", "/pets"), Pet=choice, Base=base, Cat=cat, Dog=dog)


def _actions() -> Node:
    search = thing(query=TEXT, limit={**INTEGER, "minimum": 1, "maximum": 20})
    found = thing("results", "total", results=rows(ref("T")), total=INTEGER)
    me = body(ref("Me"))
    paths = {
        **collection(),
        "/things/search": {
            "post": {
                "requestBody": {"required": True, **body(search)},
                "responses": {"200": answer(found), **REFUSED},
            }
        },
        "/things/{id}/archive": {
            "post": {
                "parameters": [query("id", where="path", required=True)],
                "responses": {"200": answer(ref("T")), **REFUSED},
            }
        },
        "/me": {
            "get": {"responses": {"200": answer(ref("Me"))}},
            "patch": {
                "requestBody": {"required": True, **me},
                "responses": {"200": answer(ref("Me")), "400": answer()},
            },
        },
    }
    status = {"enum": ["active", "archived"]}
    mail = {**TEXT, "format": "email"}
    return document(paths, T=thing("name", id=ID, name=TEXT, status=status), Me=thing("email", email=mail, name=TEXT))


def _texts() -> Node:
    kinds: Mapping[str, tuple[Any, str]] = {
        "/plain": (TEXT, "text/plain"),
        "/rows": (TEXT, "text/csv"),
        "/xml": (thing("a", a=TEXT, list=rows(INTEGER)), "application/xml"),
        "/bytes": ({**TEXT, "format": "binary"}, "application/octet-stream"),
        "/text": (TEXT, "application/json"),
        "/number": (INTEGER, "application/json"),
        "/nothing": ({"type": "null"}, "application/json"),
        "/flag": ({"type": "boolean"}, "application/vnd.small+json"),
    }
    return document({path: {"get": {"responses": {"200": answer(*said)}}} for path, said in kinds.items()})


def _forms() -> Node:
    file = thing("file", "name", file={**TEXT, "format": "binary"}, name=TEXT, size=INTEGER, tags=rows(TEXT))
    form = thing("a", a=TEXT, n={**INTEGER, "minimum": 0}, flag={"type": "boolean"}, when={**TEXT, "format": "date"})
    sent = {"/files": (file, "multipart/form-data"), "/forms": (form, "application/x-www-form-urlencoded")}
    made = {"200": answer(thing(name=TEXT, a=TEXT)), "400": answer()}
    return document(
        {
            path: {"post": {"requestBody": {"required": True, **body(*it)}, "responses": made}}
            for path, it in sent.items()
        }
    )


def _formats() -> Node:
    formats = "email date time date-time duration ipv4 ipv6 hostname uri uri-reference json-pointer byte uuid phone"
    patterns = {"phone": r"^\+[1-9][0-9]{6,14}$", "money": r"^-?\d+(\.\d{1,2})?$", "code": "^[A-Z]{3}$"}
    named = {f"of_{word.replace('-', '_')}": {**TEXT, "format": word} for word in formats.split()}
    return of(**named, **{f"in_{name}": {**TEXT, "pattern": pattern} for name, pattern in patterns.items()})


def _objects_in_a_query() -> Node:
    """A write for which the query must have an object, in each style."""
    asked = thing("words", words=TEXT, size=INTEGER)
    styles: Mapping[str, Node] = {"/spread": {}, "/joined": {"explode": False}, "/deep": {"style": "deepObject"}}
    made = {"200": answer(thing(name=TEXT)), "400": answer()}
    return document(
        {
            path: {
                "post": {
                    "parameters": [query("asked", asked, required=True, **style)],
                    "requestBody": {"required": True, **body(thing("name", name=TEXT))},
                    "responses": made,
                }
            }
            for path, style in styles.items()
        }
    )


def _reads_with_a_body() -> Node:
    """A read that has a body, which OpenAPI 3.0 wants ignored."""
    filters = {"required": True, **body(thing("name", name=TEXT))}
    paths = collection()
    paths["/things"]["get"]["requestBody"] = filters
    return document(paths, version="3.0.3", T=thing("name", id=ID, name=TEXT))


def _shallow_below_others() -> Node:
    """Records below others that are listed and created below a third kind."""
    lists = collection("T", "/users/{user}/lists")["/users/{user}/lists"]
    tracks = collection("K", "/lists/{list}/tracks")["/lists/{list}/tracks"]
    for path, name in ((lists, "user"), (tracks, "list")):
        path["parameters"] = [query(name, where="path", required=True)]
    items = {**collection("T", "/lists"), **collection("K", "/tracks")}
    for item in (items["/lists/{id}"], items["/tracks/{id}"]):
        del item["delete"]
    paths = {"/users/{user}/lists": lists, "/lists/{list}/tracks": tracks}
    paths |= {path: item for path, item in items.items() if path.endswith("}")}
    named = thing("name", id=ID, name=TEXT)
    return document({**paths, **collection("P", "/people")}, T=named, K={**named, "title": "K"}, P=named)


def _created_below_listed_at_the_top() -> Node:
    """Records that are created below another record, and listed, read and deleted at the top."""
    made = collection("S", "/volumes/{volume}/snapshots")["/volumes/{volume}/snapshots"]
    made["parameters"] = [query("volume", where="path", required=True)]
    top = collection("S", "/snapshots")
    del top["/snapshots"]["post"], top["/snapshots/{id}"]["put"]
    named = thing("name", id=ID, name=TEXT)
    return document({**collection("V", "/volumes"), "/volumes/{volume}/snapshots": made, **top}, V=named, S=named)


def _leading_elsewhere() -> Node:
    """Writes whose only success leads elsewhere."""
    paths = collection(change="patch")
    moved = {"description": "", "headers": {"Location": {"schema": TEXT, "required": True}}}
    paths["/things/{id}"]["patch"]["responses"] = {"303": moved, **REFUSED}
    login = {
        "requestBody": {"required": True, **body(thing("code", code=TEXT))},
        "responses": {"302": moved, **REFUSED},
    }
    return document({**paths, "/login": {"post": login}}, T=thing("name", id=ID, name=TEXT))


def _counted_in_pages_without_pages() -> Node:
    """A list with figures about pages that cannot be asked for."""
    figures = dict.fromkeys(("page", "per_page", "total", "total_pages"), INTEGER)
    listed = thing("data", *figures, data=rows(ref("T")), **figures)
    return document(collection(listed=listed), T=thing("name", id=ID, name=TEXT))


def _listed_by_name() -> Node:
    """Records of which a list shows the names alone, and what is below them."""
    subject = query("subject", where="path", required=True)
    versions: Node = {"parameters": [subject], "get": {"responses": {"200": answer(rows(INTEGER)), **REFUSED}}}
    named: Node = {"parameters": [subject], "delete": {"responses": {"204": answer(), **REFUSED}}}
    names: Node = {"get": {"responses": {"200": answer(rows(TEXT)), **REFUSED}}}
    return document({"/subjects": names, "/subjects/{subject}": named, "/subjects/{subject}/versions": versions})


def _below_records_of_no_shape() -> Node:
    """Records below others, of which the document says nothing but the form of their id in a path."""
    uuid = {**TEXT, "format": "uuid"}
    above, own = (query(name, uuid, where="path", required=True) for name in ("organization", "asset"))
    read: Node = {"responses": {"200": answer({"type": "object"}), **REFUSED}}
    listed: Node = {"responses": {"200": answer(rows({"type": "object", "additionalProperties": True})), **REFUSED}}
    made: Node = {"requestBody": {"required": True, **body({"type": "object"})}, **read}
    assets = "/api/v1/organizations/{organization}/assets"
    paths: Node = {"/api/v1/organizations": {"get": listed, "post": made}}
    paths[assets] = {"parameters": [above], "get": listed, "post": made}
    paths[f"{assets}/{{asset}}"] = {"parameters": [above, own], "get": read}
    return document(paths)


def _ids_in_bodies() -> Node:
    """Records whose small number a client may send, and no refusal in the document."""
    paths = collection(ids=INTEGER)
    for item in paths.values():
        for method, operation in item.items():
            if method != "parameters":
                operation["responses"] = {name: it for name, it in operation["responses"].items() if name < "3"}
    few = {**INTEGER, "format": "int32", "minimum": 1, "maximum": 3}
    return document(paths, T=thing(id=few, name={"type": ["string", "null"]}))


def _content_type_as_a_header() -> Node:
    """Answers without content that require a header Content-Type, which OpenAPI ignores."""
    paths = collection()
    said = {"Content-Type": {"required": True, "schema": {"enum": ["application/xml"]}}}
    for operation in (paths["/things"]["get"], paths["/things/{id}"]["delete"]):
        operation["responses"][next(iter(operation["responses"]))]["headers"] = said
    return document(paths, T=thing("name", id=ID, name=TEXT))


def _references_below_others() -> Node:
    """Records that are created by themselves, and joined to another one by their id."""
    paths = {**collection("T", "/companies"), **collection("P", "/people")}
    joined = {"requestBody": {"required": True, **body(thing("id", id=TEXT))}}
    below = {"post": {**joined, "responses": {"200": answer(ref("T")), **REFUSED}}}
    paths["/people/{id}/companies"] = {"parameters": [query("id", where="path", required=True)], **below}
    return document(paths, T=thing("name", id=TEXT, name=TEXT), P=thing("name", id=ID, name=TEXT))


def _changed_in_its_own_words() -> Node:
    """A change takes other members and fewer words than a creation; flags are chosen by the server."""
    live, moment = {"type": "boolean", "readOnly": True}, {**TEXT, "format": "date-time", "readOnly": True}
    paths = collection(change="patch")
    status = {"enum": ["active", "resolved"]}
    paths["/things"]["post"]["requestBody"] = {**body(thing("name", name=TEXT, status=status)), "required": True}
    change = thing("status", status={"enum": ["resolved"]}, name={"type": ["string", "null"]})
    paths["/things/{id}"]["patch"]["requestBody"] = {**body(change), "required": True}
    shown = thing("id", "name", "live", id=ID, name=TEXT, live=live, status=status, updated_at=moment, createdAt=moment)
    return document(paths, T=shown)


def _listed_by_status() -> Node:
    """The list shows one status only, and who is told in fewer words than are taken."""
    status = {**TEXT, "enum": ["pending", "done"]}
    kinds = (thing("type", type={"const": "user"}, login=TEXT), thing("type", type={"const": "group"}))
    taken = thing("type", type={"enum": ["user", "group"]}, login=TEXT)
    moment = {**TEXT, "format": "date-time", "readOnly": True}
    paths = collection()
    paths["/things"]["get"]["parameters"] = [query("status", {**TEXT, "enum": ["pending"]}, required=True)]
    paths["/things"]["post"]["requestBody"] = {**body(thing(status=status, who=taken)), "required": True}
    paths["/things/{id}"]["put"]["requestBody"] = {**body(thing(status=status)), "required": True}
    link = thing("url", "accessed", url=TEXT)
    shown = thing(
        "id", id=ID, status=status, who={"oneOf": list(kinds)}, modified_at=moment, link={**link, "readOnly": True}
    )
    return document(paths, T=shown)


def _forbidden_without_a_key() -> Node:
    """Operations that have 403, and no 401, for a request without a key."""
    paths = collection()
    for operation in (part for item in paths.values() for part in item.values() if isinstance(part, dict)):
        operation["responses"] = {code.replace("401", "403"): it for code, it in operation["responses"].items()}
    return document(paths, schemes={"login": {"type": "http", "scheme": "bearer"}}, T=thing("name", id=ID, name=TEXT))


def _files_below() -> Node:
    """Files that are uploaded below another record, and read by themselves; ids of which a client finds few."""
    stickers = collection("S", "/guilds/{guild}/stickers")["/guilds/{guild}/stickers"]
    file = thing("file", "name", file={**TEXT, "format": "binary"}, name=TEXT)
    stickers["post"]["requestBody"] = {"required": True, **body(file, "multipart/form-data")}
    stickers["parameters"] = [query("guild", where="path", required=True)]
    item = {"get": {"responses": {"200": answer(ref("S")), **REFUSED}}}
    paths = {"/stickers/{id}": {"parameters": [query("id", where="path", required=True)], **item}}
    snowflake = {**TEXT, "pattern": "^(0|[1-9][0-9]*)$"}
    guild = thing("id", "name", id=snowflake, name=TEXT)
    paths |= {**collection("G", "/guilds"), "/guilds/{guild}/stickers": stickers}
    return document(paths, G=guild, S=thing("name", id=ID, name=TEXT))


def _named_by_clients() -> Node:
    """Two kinds of records to which the client gives the id, which a change may repeat."""
    both = {**collection("T", "/models"), **collection("T", "/searches")}
    return document(both, T=thing("id", "name", id=TEXT, name=TEXT, account=TEXT))


def _beside_a_reference() -> Node:
    """A path item that is a reference with a parameter beside it."""
    paths = collection(ids=INTEGER)
    item = paths.pop("/things/{id}")
    again = {"$ref": "#/components/pathItems/Thing", "parameters": [query("size", INTEGER)]}
    made = document({**paths, "/things/{id}": again}, T=thing("name", id={**INTEGER, "readOnly": True}, name=TEXT))
    made["components"]["pathItems"] = {"Thing": item}
    return made


def _bodies_that_nobody_makes() -> Node:
    """Writes with bodies for which there is no writer or no value."""
    impossible = thing("size", size={**INTEGER, "enum": ["large"]})
    bodies = {"/lines": body(TEXT, "application/x-ndjson"), "/packed": body({}, "application/x-protobuf")}
    writes = {
        path: {"post": {"requestBody": {"required": True, **content}, "responses": {"204": answer(), "400": answer()}}}
        for path, content in {**bodies, "/impossible": body(impossible)}.items()
    }
    return document({**collection(), **writes}, T=thing("name", id=ID, name=TEXT))


def _hardly_different() -> Node:
    """Alternatives that differ by one member alone, which may be missing."""
    alike = [thing("id", "name", id=INTEGER, name=TEXT, size=kind, **{f"by_{n}": TEXT}) for n, kind in enumerate(
        (TEXT, INTEGER, {"type": "boolean"}))]  # fmt: skip
    read = collection(ids=INTEGER)
    return document(
        {path: {name: it for name, it in item.items() if name in ("get", "parameters")} for path, item in read.items()},
        T={"oneOf": alike},
    )


def _elsewhere() -> Node:
    """A document whose path items and operations stand among the components."""
    whole = document(collection(), T=thing("id", "name", id={**ID, "readOnly": True}, name=TEXT))
    items = {f"item{n}": item for n, item in enumerate(whole["paths"].values())}
    whole["components"]["pathItems"] = items
    whole["paths"] = {
        path: {"$ref": f"#/components/pathItems/{name}"} for path, name in zip(whole["paths"], items, strict=True)
    }
    return whole


def _with_charsets() -> Node:
    """A document whose media types have a parameter."""
    whole = document(collection(), T=thing("name", id=ID, name=TEXT))
    spelt: Node = json.loads(json.dumps(whole).replace('"application/json"', '"application/json; charset=utf-8"'))
    return spelt


SMALL: Mapping[str, Node] = {
    "path items elsewhere": _elsewhere(),
    "media types with a parameter": _with_charsets(),
    "an object in the query": _objects_in_a_query(),
    "a body of a read": _reads_with_a_body(),
    "a header Content-Type": _content_type_as_a_header(),
    "records below listed ones": _shallow_below_others(),
    "created below, listed at the top": _created_below_listed_at_the_top(),
    "writes that lead elsewhere": _leading_elsewhere(),
    "pages that nobody asks for": _counted_in_pages_without_pages(),
    "names alone": _listed_by_name(),
    "records of no shape": _below_records_of_no_shape(),
    "ids in bodies": _ids_in_bodies(),
    "references below others": _references_below_others(),
    "forbidden without a key": _forbidden_without_a_key(),
    "files below a record": _files_below(),
    "ids of the client": _named_by_clients(),
    "alternatives that hardly differ": _hardly_different(),
    "a parameter beside a reference": _beside_a_reference(),
    "bodies that nobody makes": _bodies_that_nobody_makes(),
    "created later": document(collection(created="202"), T=thing("name", id=ID, name=TEXT)),
    "created without a body": document(collection(created="204"), T=thing("name", id=ID, name=TEXT)),
    "numbers as ids": document(
        collection(ids={**INTEGER, "format": "int64", "minimum": 1}),
        T=thing("id", "name", id={**INTEGER, "readOnly": True}, name=TEXT),
    ),
    "nothing but numbers": document(
        collection(ids=INTEGER), T=thing("id", id={**INTEGER, "readOnly": True}, kind={"enum": ["new", "old"]})
    ),
    "a slug": document(
        collection(id="slug"), T=thing("slug", "name", slug={**TEXT, "pattern": "^[a-z0-9-]{3,40}$"}, name=TEXT)
    ),
    "merge patch": document(
        collection(change="patch", media="application/merge-patch+json"),
        T=thing(id=ID, name={"type": ["string", "null"]}, tags={**rows(TEXT), "uniqueItems": True}),
    ),
    "a key in the query": secured({"type": "apiKey", "in": "query", "name": "key"}),
    "a key in a cookie": secured({"type": "apiKey", "in": "cookie", "name": "sid"}),
    "a password": secured({"type": "http", "scheme": "basic"}),
    "constants": of(
        kind={"enum": ["a", "b", None]},
        flag={"const": True},
        mixed={"enum": [1, "one", 1.5, None, True]},
        opt={"type": ["string", "null"], "enum": ["x", None]},
    ),
    "both directions": document(
        collection(),
        T=thing(
            "id",
            "name",
            "password",
            id=ID,
            name=TEXT,
            password={**TEXT, "writeOnly": True, "minLength": 8},
            secret={**thing(a=TEXT), "writeOnly": True},
            created_at={**TEXT, "format": "date-time", "readOnly": True},
        ),
    ),
    "alternatives": of(
        v={"anyOf": [INTEGER, {**TEXT, "maxLength": 5}, {"type": "null"}, rows(INTEGER)]},
        w={"oneOf": [thing("a", a=TEXT), thing("b", b=TEXT)]},
        x={"allOf": [thing("a", a=TEXT), thing("b", b=TEXT)]},
        y={"not": TEXT},
        z={"if": TEXT, "then": {"minLength": 2}},
    ),
    "numbers": of(
        price={"type": "number", "multipleOf": 0.01, "minimum": 0},
        step={**INTEGER, "multipleOf": 5, "minimum": 5, "maximum": 50},
        share={"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 100},
        small={**INTEGER, "format": "uint8"},
        large={**INTEGER, "format": "int64"},
        short={"type": "number", "format": "float"},
    ),
    "objects": of(
        typed={"type": "object", "patternProperties": {"^x_": INTEGER}, "additionalProperties": False},
        least={"type": "object", "minProperties": 1, "additionalProperties": INTEGER},
        free={},
        anything=True,
        names={"type": "object", "propertyNames": {"pattern": "^[a-z]+$"}},
        few={**rows(INTEGER), "minItems": 3},
        both={**thing(a=TEXT, b=TEXT), "dependentRequired": {"a": ["b"]}},
        holds={"type": "array", "contains": {"const": "x"}},
    ),
    "a tree": of(parent=ref("T")),
    "a tree with several branches": of(left=ref("T"), right=ref("T"), others=rows(ref("T"))),
    "a tree by name": of(by={"type": "object", "additionalProperties": ref("T")}),
    "conditional changes": _conditional(),
    "members of teams": _nested(),
    "examples for all": _shown_to_all(),
    "a size without pages": _sized(),
    "values of queries": _queries(),
    "written otherwise than shown": _written_otherwise(),
    "a second id": _second_ids(),
    "a path of its own": _shallow(),
    "changes that answer 201": _changed_with_201(),
    "changes in words of their own": _changed_in_its_own_words(),
    "a list of one status": _listed_by_status(),
    "parameters": _parameters(),
    "ranges of statuses": _ranges(),
    "pages by cursor": _paged(),
    "a discriminator": _polymorphic(),
    "a discriminator of anyOf": _polymorphic("anyOf"),
    "actions": _actions(),
    "other media types": _texts(),
    "forms": _forms(),
    "formats": _formats(),
}
