"""What a row looks like is kept apart from the row, within bounds."""

from starlette.applications import Starlette
from wire import ask

from mock_server.app import create_app
from mock_server.behaviours.render_cache import MAX_RENDERINGS, RenderCache
from mock_server.config.settings import Settings
from mock_server.store.base import Row


def row(number: int) -> Row:
    return Row(number, ("", number), {"id": number})


def test_a_rendering_is_found_by_kind_shape_and_row() -> None:
    cache, one, twin = RenderCache(), row(1), row(1)
    assert cache.keep("a", "shape", one, b"x") == b"x"
    assert cache.of("a", "shape").get(one) == b"x"
    assert not cache.of("a", "other")
    assert not cache.of("b", "shape")
    assert twin not in cache.of("a", "shape")  # as much of it may be the same, it is another row


def test_a_row_that_was_replaced_is_forgotten_in_every_shape() -> None:
    cache, one, two = RenderCache(), row(1), row(2)
    for shape in ("x", "y"):
        for each in (one, two):
            cache.keep("a", shape, each, b"")
    cache.forget("a", one)
    cache.forget("b", two)
    assert [list(cache.of("a", shape)) for shape in ("x", "y")] == [[two], [two]]
    assert len(cache) == 2


def test_renderings_are_bounded() -> None:
    cache = RenderCache()
    for number in range(MAX_RENDERINGS + 5):
        cache.keep("a", "shape", row(number), b"")
    assert len(cache) == len(cache.of("a", "shape")) == 5


def test_a_changed_record_leaves_no_rendering_behind() -> None:
    app: Starlette = create_app(Settings(world="small", rate_limit="off"))
    lead = ask(app, "GET", "/v1/leads?limit=1").json["leads"][0]["id"]
    for number in range(30):
        changed = ask(app, "PUT", f"/v1/leads/{lead}", body=b'{"lastName": "N%d"}' % number)
        shown = [ask(app, "GET", path).json for path in (f"/v1/leads/{lead}", "/v1/leads?limit=1")]
        assert (changed.status, shown[0]["lastName"], shown[1]["leads"][0]["lastName"]) == (200, *[f"N{number}"] * 2)
    assert len(app.state.endpoint.renderings) <= 4
