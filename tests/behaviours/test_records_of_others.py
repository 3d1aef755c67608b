"""Records of documents that nobody here has written: found by whatever their id is called, and changed as they say."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from foreign import COUNT, FLAG, TEXT, Foreign, having, listing, operation

Serve = Callable[..., Foreign]


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    return lambda paths, **more: Foreign(tmp_path, paths, **more)


UUID = {"type": "string", "format": "uuid"}
NULLABLE = {"type": ["integer", "null"]}
CODE = {"type": "string", "pattern": "^VA[0-9a-f]{4}$"}


@pytest.mark.parametrize(
    ("parameter", "schema", "fields", "id"),
    [
        ("task_gid", TEXT, {"gid": TEXT, "name": TEXT}, "gid"),
        ("thing_token", UUID, {"token": UUID, "state": TEXT}, "token"),
        ("Sid", CODE, {"sid": TEXT, "friendly_name": TEXT}, "sid"),
        ("slug", TEXT, {"slug": TEXT, "id": COUNT}, "slug"),
        ("thing", TEXT, {"uuid": UUID, "name": TEXT}, "uuid"),
        ("thingId", COUNT, {"thingID": COUNT, "name": TEXT}, "thingID"),
        ("physical_thing_id", TEXT, {"thing_type_id": TEXT, "id": TEXT}, "id"),
        ("username", TEXT, {"id": COUNT, "username": TEXT}, "username"),
        ("key", TEXT, {"key": TEXT, "value": TEXT}, "key"),
        ("name", TEXT, {"name": TEXT, "size": COUNT}, "name"),
        ("x", TEXT, {"number": COUNT, "text": TEXT}, "number"),
    ],
)
def test_what_is_listed_or_created_is_got_by_its_id(
    serve: Serve, parameter: str, schema: Any, fields: Any, id: str
) -> None:
    one, declared = having(**fields), [{"name": parameter, "in": "path", "required": True, "schema": schema}]
    api = serve(
        {
            "/things": {"get": operation(listing(one)), "post": operation(one, "201", body=having(note=TEXT))},
            f"/things/{{{parameter}}}": {"get": operation(one, parameters=declared)},
        }
    )
    created = api.good("POST", "/things", {})
    listed = api.get("/things")
    assert created in listed
    assert len(listed) == 4
    for thing in listed:
        assert api.get(f"/things/{quote(str(thing[id]), safe='')}") == thing


@pytest.mark.parametrize(
    ("parameter", "holder", "fields", "name"),
    [
        ("tenant", "metadata", {"id": UUID, "createdAt": TEXT}, "id"),
        ("workflow", "metadata", {"id": {**TEXT, "minLength": 36, "maxLength": 36}}, "id"),
        ("name", "metadata", {"name": TEXT, "uid": TEXT, "labels": {"type": "object"}}, "name"),
        ("uid", "metadata", {"name": TEXT, "uid": UUID}, "uid"),
        ("entry_id", "sys", {"id": TEXT, "version": COUNT}, "id"),
    ],
)
def test_the_id_in_the_metadata_of_a_record_is_its_id(
    serve: Serve, parameter: str, holder: str, fields: Any, name: str
) -> None:
    inside = {**having(**fields), "required": [name]}
    one = {**having(**{holder: inside, "title": TEXT, "slug": TEXT}), "required": [holder]}
    declared = [{"name": parameter, "in": "path", "required": True, "schema": fields[name]}]
    item = {"get": operation(one, parameters=declared), "put": operation(one, parameters=declared, body=one)}
    item["delete"] = operation(status="204", parameters=declared)
    made = operation(one, "201", body=having(title=TEXT))
    api = serve({"/things": {"get": operation(listing(one)), "post": made}, f"/things/{{{parameter}}}": item})
    created = api.good("POST", "/things", {"title": "new"})
    listed = api.get("/things")
    assert created in listed
    assert len({thing[holder][name] for thing in listed}) == 4
    for thing in listed:
        assert api.get(f"/things/{thing[holder][name]}") == thing
    path = f"/things/{created[holder][name]}"
    changed = api.good("PUT", path, {"title": "other", holder: {name: listed[1][holder][name]}})
    assert (changed["title"], changed[holder][name]) == ("other", created[holder][name])
    api.good("DELETE", path)
    assert api.ask("GET", path).status == 404


def test_a_name_that_the_client_gives_in_the_metadata_is_the_id(serve: Serve) -> None:
    parts = {"spec": having(image=TEXT), "status": having(phase=TEXT)}
    pod = having(apiVersion=TEXT, kind=TEXT, metadata=having(name=TEXT, uid=TEXT), **parts)
    declared = [{"name": "name", "in": "path", "required": True, "schema": TEXT}]
    paths = {
        "/pods": {"get": operation(listing(pod)), "post": operation(pod, "201", body=pod)},
        "/pods/{name}": {"get": operation(pod, parameters=declared)},
    }
    api = serve(paths)
    assert api.good("POST", "/pods", {"metadata": {"name": "web"}})["metadata"]["name"] == "web"
    assert api.get("/pods/web")["metadata"]["name"] == "web"
    assert api.ask("POST", "/pods", {"metadata": {"name": "web"}}).status == 409


def test_metadata_of_a_record_that_has_an_id_is_no_place_of_ids(serve: Serve) -> None:
    thing = having(id=TEXT, metadata=having(id=TEXT))
    paths = {"/things": {"get": operation(listing(thing))}, "/things/{thing}": {"get": operation(thing)}}
    api = serve(paths)
    for one in api.get("/things"):
        assert api.get(f"/things/{one['id']}") == one


def test_two_fields_may_name_a_record(serve: Serve) -> None:
    line = having(order=TEXT, line=COUNT, text=TEXT)
    api = serve(
        {
            "/lines": {"get": operation(listing(line)), "post": operation(line, "201", body=line)},
            "/lines/{order}/{line}": {"get": operation(line), "delete": operation(status="204")},
        }
    )
    for number in (1, 2):
        api.good("POST", "/lines", {"order": "a", "line": number, "text": f"{number}"})
    assert api.get("/lines/a/2")["text"] == "2"
    api.good("DELETE", "/lines/a/2")
    assert api.ask("GET", "/lines/a/2").status == 404
    assert api.get("/lines/a/1")["text"] == "1"


POST = having(id=COUNT, title=TEXT)
POSTS = {
    "/posts": {"get": operation(listing(POST)), "post": operation(POST, "201", body=POST)},
    "/posts/{id}": {
        "get": operation(POST),
        "put": {**operation(POST, body=POST), "responses": {}},
        "delete": operation(status="204"),
    },
}


def test_the_id_that_a_client_gives_is_kept_and_no_other_record_gets_it(serve: Serve) -> None:
    api = serve(POSTS)
    assert api.good("POST", "/posts", {"id": 10, "title": "a"})["id"] == 10
    assert api.get("/posts/10")["title"] == "a"
    assert api.ask("POST", "/posts", {"id": 10, "title": "b"}).status == 409
    assert api.get("/posts/10")["title"] == "a"


def test_an_id_that_only_the_server_gives_is_not_taken(serve: Serve) -> None:
    shape = having(id={**COUNT, "readOnly": True}, title=TEXT)
    api = serve({**POSTS, "/posts": {"get": operation(listing(shape)), "post": operation(shape, "201", body=shape)}})
    assert api.good("POST", "/posts", {"title": "a"})["id"] == 1_000_001


def test_put_creates_where_the_document_has_201(serve: Serve) -> None:
    put = operation(POST, body=having(title=TEXT))
    put["responses"] |= operation(POST, "201")["responses"]
    api = serve({**POSTS, "/posts/{id}": {"get": operation(POST), "put": put}})
    assert api.ask("PUT", "/posts/77", {"title": "a"}).status == 201
    assert api.get("/posts/77") == {"id": 77, "title": "a"}
    assert api.ask("PUT", "/posts/77", {"title": "b"}).status == 200
    assert api.get("/posts/77") == {"id": 77, "title": "b"}


def test_what_is_neither_listed_nor_created_is_there_for_whoever_asks(serve: Serve) -> None:
    weather = having(temp=COUNT, city=TEXT)
    api = serve(
        {
            "/weather/{city}": {"get": operation(weather), "patch": operation(weather, body=weather)},
            "/users/{name}": {"get": operation(having(name=TEXT)), "delete": operation(status="204")},
            "/users/{name}/repos": {"get": operation(listing(POST)), "post": operation(POST, "201", body=POST)},
            "/users/{name}/profile": {"get": operation(having(bio=TEXT)), "put": operation(body=having(bio=TEXT))},
        }
    )
    sydney = api.get("/weather/sydney")
    assert sydney["city"] == "sydney"
    assert api.get("/weather/sydney") == sydney
    assert api.get("/weather/perth") != sydney
    api.good("PATCH", "/weather/sydney", {"temp": 99})
    assert api.get("/weather/sydney") == {"city": "sydney", "temp": 99}
    seeded = api.get("/users/ann/repos")
    made = api.good("POST", "/users/ann/repos", {"title": "a"})
    assert api.get("/users/ann/repos") == [made, *seeded]
    assert api.get("/users/bob/repos") == seeded
    api.good("PUT", "/users/ann/profile", {"bio": "Likes tests"})
    assert api.get("/users/ann/profile") == {"bio": "Likes tests"}
    assert api.get("/users/bob/profile") != {"bio": "Likes tests"}
    api.good("DELETE", "/users/bob")
    assert api.ask("GET", "/users/bob").status == 404
    assert api.ask("GET", "/users/bob/repos").status == 404


def test_two_versions_have_records_of_their_own(serve: Serve) -> None:
    one, two = (having(id=TEXT, status={"enum": [word]}) for word in ("NEW", "OPEN"))
    api = serve(
        {f"/{v}/disputes": {"get": operation(listing(it)), "post": operation(it, "201", body=it)} for v, it in
         (("v1", one), ("v2", two))}
    )  # fmt: skip
    api.good("POST", "/v1/disputes", {"status": "NEW"})
    assert [len(api.get(f"/{v}/disputes")) for v in ("v1", "v2")] == [4, 3]


def test_shapes_that_disagree_each_show_their_own_and_keep_what_was_said(serve: Serve) -> None:
    short, whole = having(id=COUNT, size=COUNT), having(id=COUNT, size={"enum": ["S", "M"]})
    api = serve(
        {
            "/shirts": {"get": operation(listing(short)), "post": operation(whole, "201", body=whole)},
            "/shirts/{id}": {"get": operation(whole)},
        }
    )
    made = api.good("POST", "/shirts", {"size": "M"})
    assert api.get(f"/shirts/{made['id']}")["size"] == made["size"] == "M"
    assert all(isinstance(shirt["size"], int) for shirt in api.get("/shirts"))


def test_an_action_sets_the_status_that_it_is_named_for(serve: Serve) -> None:
    order = having(id=COUNT, status={"enum": ["open", "Cancelled", "shipped"]}, archived=FLAG)
    api = serve(
        {
            "/orders": {"get": operation(listing(order)), "post": operation(order, "201", body=order)},
            "/orders/{id}": {"get": operation(order)},
            "/orders/{id}/cancel": {"post": operation(order)},
            "/orders/{id}/archive": {"put": operation(status="204")},
            "/orders/{id}:ship": {"post": operation(order, body=having(archived=FLAG))},
        }
    )
    id = api.good("POST", "/orders", {"status": "open", "archived": False})["id"]
    assert api.good("POST", f"/orders/{id}/cancel")["status"] == "Cancelled"
    api.good("PUT", f"/orders/{id}/archive")
    assert api.get(f"/orders/{id}") == {"id": id, "status": "Cancelled", "archived": True}
    assert api.good("POST", f"/orders/{id}:ship", {"archived": False})["status"] == "shipped"
    assert api.get(f"/orders/{id}")["archived"] is False
    assert api.ask("POST", "/orders/7777/cancel").status == 404


def test_post_on_a_record_changes_it_and_delete_says_which_is_gone(serve: Serve) -> None:
    customer = having(id=TEXT, email=TEXT)
    gone = having(id=TEXT, deleted={"const": True}) | {"required": ["id", "deleted"]}
    api = serve(
        {
            "/customers": {"get": operation(listing(customer)), "post": operation(customer, body=having(email=TEXT))},
            "/customers/{customer}": {
                "get": operation({"anyOf": [customer, gone]}),
                "post": operation(customer, body=having(email=TEXT)),
                "delete": operation(gone),
            },
        }
    )
    id = api.good("POST", "/customers", {"email": "a"})["id"]
    assert api.good("POST", f"/customers/{id}", {"email": "b"}) == {"id": id, "email": "b"}
    assert api.good("DELETE", f"/customers/{id}") == {"id": id, "deleted": True}
    assert api.ask("GET", f"/customers/{id}").status == 404


def test_patches_are_read_by_their_kind(serve: Serve) -> None:
    thing = having(id=COUNT, name={"type": ["string", "null"]}, size=having(w=NULLABLE, h=COUNT))
    ops = listing({"type": "object"})
    for media, body, patch in (
        ("application/merge-patch+json", thing, {"name": None, "size": {"h": 5, "w": None}}),
        ("application/json-patch+json", ops, [{"op": "replace", "path": "/name", "value": None},
                                              {"op": "remove", "path": "/size/w"},
                                              {"op": "add", "path": "/size/h", "value": 5}]),
    ):  # fmt: skip
        api = serve(
            {
                "/things": {"get": operation(listing(thing)), "post": operation(thing, "201", body=thing)},
                "/things/{id}": {"get": operation(thing), "patch": operation(thing, body=body, media=media)},
            }
        )
        id = api.good("POST", "/things", {"name": "a", "size": {"w": 1, "h": 2}})["id"]
        assert api.good("PATCH", f"/things/{id}", patch, media) == {"id": id, "name": None, "size": {"h": 5}}
    assert api.ask("PATCH", f"/things/{id}", [{"op": "remove", "path": "/nothing"}], media).status == 400


def test_the_examples_of_the_document_are_its_records(serve: Serve) -> None:
    get = operation(listing(POST))
    get["responses"]["200"]["content"]["application/json"]["example"] = [{"id": 7, "title": "Seven"}]
    api = serve({**POSTS, "/posts": {"get": get}})
    assert api.get("/posts/7") == {"id": 7, "title": "Seven"}
    assert api.get("/posts")[0] == {"id": 7, "title": "Seven"}
    assert len(api.get("/posts")) == 3


def test_what_stands_alone_has_the_examples_of_its_fields(serve: Serve) -> None:
    api = serve({"/status": {"get": operation(having(state={**TEXT, "example": "green"}, n={**COUNT, "example": 4}))}})
    assert api.get("/status") == {"state": "green", "n": 4}


def test_one_request_creates_so_many_records_that_nobody_waits_for_it(serve: Serve) -> None:
    one = having(id=TEXT, name=TEXT)
    several = operation(listing(one), "201", body=listing(one))
    named = [{"name": "id", "in": "path", "required": True, "schema": TEXT}]
    api = serve(
        {
            "/things": {"get": operation(listing(one)), "post": several},
            "/things/{id}": {"get": operation(one, parameters=named)},
        }
    )
    before = len(api.good("GET", "/things"))
    answer = api.ask("POST", "/things", [{}] * 2_001)
    assert (answer.status, "2,001 records" in answer.explain) == (413, True), answer.explain
    assert len(api.good("GET", "/things")) == before
    created = api.good("POST", "/things", [{"name": "a"}] * 50)
    assert [it["name"] for it in created] == ["a"] * 50
    assert len(api.good("GET", "/things")) == before + 50


NAMED = having(uuid=TEXT, name={**TEXT, "example": "first"}, slug={**TEXT, "enum": ["a", "b", "c", "d", "e"]})
SECOND_ID = {
    "/talks": {"get": operation(listing(NAMED)), "post": operation(having(id=TEXT, href=TEXT), body=having(name=TEXT))},
    "/talks/{talk_id}": {"get": operation(NAMED), "delete": operation(status="204")},
}


def test_each_record_has_a_second_id_of_its_own(serve: Serve) -> None:
    api = serve(SECOND_ID)
    made = [api.good("POST", "/talks", {"name": name})["id"] for name in ("one", "two")]
    listed = api.get("/talks")
    assert len({talk["uuid"] for talk in listed}) == len(listed) == 5
    assert {talk["uuid"] for talk in listed} > set(made)  # the answer to POST names the record by its other id


def test_what_is_deleted_by_a_second_id_is_gone(serve: Serve) -> None:
    api = serve(SECOND_ID)
    for talk in api.get("/talks"):
        for name in ("uuid", "slug"):
            assert api.get(f"/talks/{talk[name]}") == talk
        api.good("DELETE", f"/talks/{talk['uuid']}")
        assert [api.ask("GET", f"/talks/{talk[name]}").status for name in ("uuid", "slug")] == [404, 404]


@pytest.mark.parametrize("schema", [COUNT, {**TEXT, "format": "uuid"}, {**TEXT, "pattern": "^CON-[0-9a-f]{8}$"}])
def test_second_ids_have_their_documented_form(serve: Serve, schema: Any) -> None:
    one = {**having(id=TEXT, uuid={**schema, "readOnly": True}, name=TEXT), "required": ["id", "uuid"]}
    create = operation(one, "201", body=having(name=TEXT))
    api = serve({"/things": {"get": operation(listing(one)), "post": create}})
    made = [api.good("POST", "/things", {"name": "n"})["uuid"] for _ in range(9)]
    assert len({*made, *(thing["uuid"] for thing in api.get("/things"))}) == 12


def test_a_record_below_another_keeps_an_id_of_its_own(serve: Serve) -> None:
    member, team = having(uuid=TEXT, role=TEXT), having(uuid=TEXT, name=TEXT)
    api = serve(
        {
            "/teams": {"get": operation(listing(team)), "post": operation(team, "201", body=team)},
            "/teams/{uuid}": {"get": operation(team)},
            "/teams/{uuid}/members": {"get": operation(listing(member)), "post": operation(member, "201", body=member)},
        }
    )
    above = api.good("POST", "/teams", {"name": "a"})["uuid"]
    made = [api.good("POST", f"/teams/{above}/members", {"role": role})["uuid"] for role in "ab"]
    assert len({above, *made}) == 3
    assert [it["uuid"] for it in api.get(f"/teams/{above}/members")] == made[::-1]


APP, KEY = {"$ref": "#/components/schemas/App"}, having(id=TEXT, name=TEXT)
REFUSED = {"404": {"description": ""}}


def refusing(schema: Any = None, status: str = "200", **more: Any) -> dict[str, Any]:
    one = operation(schema, status, **more)
    return {**one, "responses": {**one["responses"], **REFUSED}}


SHALLOW = {
    "/accounts/{account}/apps": {"get": refusing(listing(APP)), "post": refusing(APP, "201", body=APP)},
    "/apps/{app}": {"patch": refusing(APP, body=APP), "delete": refusing(status="204")},
    "/apps/{app}/keys": {"get": refusing(listing(KEY)), "post": refusing(KEY, "201", body=KEY)},
    "/apps/{app}/keys/rotate": {"post": refusing(having(done=FLAG))},
}


def test_a_shorter_path_finds_what_a_longer_one_lists(serve: Serve) -> None:
    api = serve(SHALLOW, components={"schemas": {"App": having(id=TEXT, name=TEXT)}})
    made = api.good("POST", "/accounts/a/apps", {"name": "one"})
    assert api.good("PATCH", f"/apps/{made['id']}", {"name": "two"})["name"] == "two"
    assert {"id": made["id"], "name": "two"} in api.get("/accounts/a/apps")
    api.good("DELETE", f"/apps/{made['id']}")
    assert made["id"] not in [app["id"] for app in api.get("/accounts/a/apps")]


def test_what_is_listed_below_a_record_and_created_elsewhere_is_one_kind(serve: Serve) -> None:
    paths = {
        "/accounts/{account}/apps": {"get": refusing(listing(APP))},
        "/apps": {"post": refusing(APP, "201", body=APP)},
        "/apps/{app}": {"get": refusing(APP)},
    }
    api = serve(paths, components={"schemas": {"App": having(id=TEXT, name=TEXT)}})
    assert [api.get(f"/apps/{app['id']}") for app in api.get("/accounts/a/apps")] == api.get("/accounts/a/apps") != []
    made = api.good("POST", "/apps", {"name": "one"})
    assert api.get(f"/apps/{made['id']}")["name"] == "one"


def test_what_is_created_below_a_record_alone_is_listed_read_and_deleted_at_the_top(serve: Serve) -> None:
    volume, snapshot = having(id=TEXT, name=TEXT), {"$ref": "#/components/schemas/App"}
    paths = {
        "/volumes": {"get": operation(listing(volume))},
        "/volumes/{volume}": {"get": operation(volume)},
        "/volumes/{volume}/snapshots": {
            "get": operation(listing(snapshot)),
            "post": operation(snapshot, "201", body=snapshot),
        },
        "/snapshots": {"get": operation(listing(snapshot))},
        "/snapshots/{id}": {"get": operation(snapshot), "delete": operation(status="204")},
    }
    api = serve(paths, components={"schemas": {"App": having(id=TEXT, name=TEXT)}})
    one, two = (volume["id"] for volume in api.get("/volumes")[:2])
    made = api.good("POST", f"/volumes/{one}/snapshots", {"name": "now"})
    assert api.get(f"/snapshots/{made['id']}") == made
    assert made in api.get("/snapshots")
    assert made in api.get(f"/volumes/{one}/snapshots")
    assert made not in api.get(f"/volumes/{two}/snapshots")
    assert all(api.get(f"/snapshots/{it['id']}") == it for it in api.get(f"/volumes/{two}/snapshots"))
    api.good("DELETE", f"/snapshots/{made['id']}")
    assert made not in api.get(f"/volumes/{one}/snapshots")


def test_what_is_created_below_records_of_several_kinds_is_read_at_the_top(serve: Serve) -> None:
    thing, action = having(id=TEXT, name=TEXT), {"$ref": "#/components/schemas/App"}
    paths: dict[str, Any] = {
        "/actions": {"get": operation(listing(action))},
        "/actions/{id}": {"get": operation(action)},
    }
    for kind in ("volumes", "images"):
        paths[f"/{kind}"] = {"get": operation(listing(thing))}
        paths[f"/{kind}/{{it}}"] = {"get": operation(thing)}
        shown = action if kind == "images" else {"allOf": [action, having(size=TEXT)]}
        below = {"get": operation(listing(shown)), "post": operation(shown, "201", body=action)}
        paths[f"/{kind}/{{it}}/actions"] = below
    api = serve(paths, components={"schemas": {"App": having(id=TEXT, name=TEXT)}})
    for kind in ("volumes", "images"):
        made = api.good("POST", f"/{kind}/{api.get(f'/{kind}')[0]['id']}/actions", {"name": kind})
        assert api.get(f"/actions/{made['id']}").items() <= made.items()
    assert api.get(f"/actions/{api.get('/actions')[0]['id']}") == api.get("/actions")[0]
    assert api.ask("GET", "/actions/none").status == 404


def test_an_operation_that_fits_no_family_stands_below_the_records_of_two_kinds(serve: Serve) -> None:
    one = having(id=TEXT, name=TEXT)
    paths = {
        "/orgs": {"get": operation(listing(one))},
        "/orgs/{org}": {"get": operation(one)},
        "/orgs/{org}/moves": {"get": operation(listing(one)), "post": operation(one, "201", body=one)},
        "/orgs/{org}/moves/{move}": {"get": operation(one)},
        "/orgs/{org}/moves/{move}/archive": {"get": refusing(TEXT), "delete": refusing(status="204")},
    }
    api = serve(paths)
    org, other = (it["id"] for it in api.get("/orgs")[:2])
    move = api.good("POST", f"/orgs/{org}/moves", {"name": "n"})["id"]
    assert api.ask("GET", f"/orgs/{other}/moves/{move}/archive").status == 404
    assert api.ask("GET", f"/orgs/{org}/moves/{move}/archive").status == 200
    assert api.ask("DELETE", f"/orgs/{org}/moves/{move}/archive").status == 204


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "keys"), ("POST", "keys"), ("POST", "keys/rotate"), ("PATCH", "")]
)
def test_nothing_is_below_a_record_that_does_not_exist(serve: Serve, method: str, path: str) -> None:
    api = serve(SHALLOW, components={"schemas": {"App": having(id=TEXT, name=TEXT)}})
    body = {"name": "n"} if method != "GET" else None
    known = api.get("/accounts/a/apps")[0]["id"]
    assert api.ask(method, f"/apps/{known}/{path}".rstrip("/"), body).status < 300
    assert api.ask(method, f"/apps/unknown/{path}".rstrip("/"), body).status == 404


@pytest.mark.parametrize(
    ("statuses", "created"), [(("201", "404"), False), (("200", "201", "404"), True), (("201",), True)]
)
def test_a_change_creates_where_201_means_that(serve: Serve, statuses: tuple[str, ...], created: bool) -> None:
    one = having(id=TEXT, name=TEXT)
    answers = {status: operation(one, status)["responses"][status] for status in statuses}
    put = {**operation(body=one), "responses": answers}
    api = serve({"/things": {"get": operation(listing(one))}, "/things/{id}": {"get": operation(one), "put": put}})
    assert api.ask("PUT", "/things/new", {"name": "n"}).status == (201 if created else 404)
    assert api.ask("GET", "/things/new").status == (200 if created else 404)


@pytest.mark.parametrize(("extra", "kept"), [({}, False), ({"additionalProperties": True}, True)])
def test_what_a_write_says_it_ignores_is_not_stored(serve: Serve, extra: Any, kept: bool) -> None:
    one, written = having(id=COUNT, name=TEXT), {**having(name=TEXT), **extra}
    answer = having(message=TEXT, data={"type": "object"})  # a record of which nothing is said
    api = serve(
        {
            "/things": {"get": operation(listing(one)), "post": operation(one, "201", body=written)},
            "/things/{id}": {"get": operation(one), "patch": operation(answer, body=written)},
        }
    )
    id = api.good("POST", "/things", {"name": "a", "other": 1})["id"]
    changed = api.ask("PATCH", f"/things/{id}", {"name": "b", "another": 2})
    assert ("another" in changed.explain, "another" in changed.json["data"]) == (not kept, kept)
    assert ("other" in changed.json["data"]) == kept


def test_objects_in_a_list_of_a_query_are_read_as_json(serve: Serve) -> None:
    filters = [{"name": "filters", "in": "query", "schema": listing(having(field=TEXT, size=COUNT))}]
    api = serve({"/things": {"get": operation(listing(having(id=TEXT)), parameters=filters)}})
    good, bad = quote('{"field":"a","size":1}'), quote('{"field":"a","size":"b"}')
    assert api.ask("GET", f"/things?filters={good}&filters={good}").status == 200
    assert [api.ask("GET", f"/things?filters={it}").status for it in (bad, quote("{"), "a")] == [400] * 3


def test_where_ids_are_few_a_record_is_replaced(serve: Serve) -> None:
    place = having(provider={"enum": ["one", "two"]}, note=TEXT)
    create = {**operation(place, "201", body=place), "responses": {**operation(place, "201")["responses"], **REFUSED}}
    api = serve(
        {"/places": {"get": operation(listing(place)), "post": create}, "/places/{provider}": {"get": operation(place)}}
    )
    for note in ("first", "second"):
        api.good("POST", "/places", {"provider": "one", "note": note})
        assert api.get("/places/one")["note"] == note
    assert sorted(it["provider"] for it in api.get("/places")) == ["one", "two"]


def test_an_object_is_no_reference_to_the_record_above(serve: Serve) -> None:
    cluster = having(id=TEXT, name=TEXT, organization=having(id=TEXT))
    item = {"get": operation(cluster), "put": operation(cluster, body=having(name=TEXT))}
    api = serve(
        {
            "/organizations": {"get": operation(listing(having(id=TEXT)))},
            "/organizations/{o}/clusters": {"post": operation(cluster, "201", body=having(name=TEXT))},
            "/organizations/{o}/clusters/{c}": item,
        }
    )
    above = api.get("/organizations")[0]["id"]
    made = api.good("POST", f"/organizations/{above}/clusters", {"name": "a"})
    assert api.good("PUT", f"/organizations/{above}/clusters/{made['id']}", {"name": "b"})["name"] == "b"


def test_a_member_that_can_have_no_value_is_left_out(serve: Serve) -> None:
    role = {"type": "string", "oneOf": [having(id=TEXT)]}
    shown, written = having(id=TEXT, role=role, note=TEXT), having(role={}, note=TEXT)
    item = {"get": operation(shown), "patch": operation(shown, body=written)}
    api = serve({"/presets": {"get": operation(listing(shown))}, "/presets/{id}": item})
    [*_, preset] = api.get("/presets")
    changed = api.good("PATCH", f"/presets/{preset['id']}", {"role": 0, "note": "n"})
    assert changed == {"id": preset["id"], "note": "n"}


def test_a_record_below_one_with_a_text_as_id_has_a_number_where_the_document_wants_it(tmp_path: Path) -> None:
    type, attribute = having(id=TEXT, name=TEXT), having(id=TEXT, ticket_type_id=COUNT, name=TEXT)
    type["properties"]["id"]["example"] = "1295"
    below = "/ticket_types/{id}/attributes"
    api = Foreign(
        tmp_path,
        {
            "/ticket_types": {"get": operation(listing(type)), "post": operation(type, "201", body=type)},
            "/ticket_types/{id}": {"delete": operation(status="204")},
            below: {"get": operation(listing(attribute)), "post": operation(attribute, "201", body=attribute)},
            f"{below}/{{attribute}}": {"get": operation(attribute)},
        },
    )
    api.good("POST", "/ticket_types", {"id": "67", "name": "a"})
    made = api.good("POST", "/ticket_types/67/attributes", {"name": "b"})
    assert made["ticket_type_id"] == 67
    assert [it["name"] for it in api.get("/ticket_types/67/attributes")] == ["b"]
    assert api.get(f"/ticket_types/67/attributes/{made['id']}") == made
