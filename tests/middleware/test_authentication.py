import pytest
from hypothesis import given
from hypothesis import strategies as st
from messages import assert_message
from starlette.applications import Starlette
from wire import KEY, TINY, Tenant, ask, assert_envelope

from mock_server.app import create_app
from mock_server.config.settings import Settings
from mock_server.errors import Unauthorized
from mock_server.middleware import authentication
from mock_server.middleware.credentials import bearer
from mock_server.workspaces.plan import WorldPlan, digest
from mock_server.world.recipe import load_recipe

V1, ZAPIER = "Invalid or expired token", "invalid_token"


@pytest.mark.parametrize(
    ("values", "explain"),
    [
        ([], "no Authorization header; send `Authorization: Bearer sk_test_local`"),
        ([""], "is not `Bearer <key>`"),
        (["Bearer"], "is not `Bearer <key>`"),
        (["Bearer "], "is not `Bearer <key>`"),
        ([KEY], "is not `Bearer <key>`"),
        ([f"Basic {KEY}"], "is not `Bearer <key>`"),
        ([f"Token {KEY}"], "is not `Bearer <key>`"),
        ([f"Bearer{KEY}"], "is not `Bearer <key>`"),
        ([f"Bearer {KEY} {KEY}"], "is not `Bearer <key>`"),
        ([f"Bearer {KEY},"], "opens no workspace here"),
        (["Bearer sk_test_Local"], "opens no workspace here"),
        (["Bearer sk_test_mock_0000"], "opens no workspace here"),
        (["Bearer k\xe9y"], "opens no workspace here"),
        (["Bearer sk_live_4eC39HqLyjWDarjtT1zdp7dc"], "looks like a real key: it was not stored"),
        ([f"Bearer {KEY}", f"Bearer {KEY}"], "more than one Authorization header"),
        ([f"Bearer {KEY}", "Bearer other"], "more than one Authorization header"),
    ],
)
@pytest.mark.parametrize(("path", "message"), [("/v1/leads", V1), ("/nowhere", V1), ("/api/webhooks/zapier/x", ZAPIER)])
def test_what_is_not_one_key_of_ours_is_401(
    app: Starlette, values: list[str], explain: str, path: str, message: str
) -> None:
    answer = ask(app, "GET", path, key=None, headers=[("Authorization", value) for value in values])
    assert_envelope(answer, 401, message)
    assert explain in answer.explain


def test_two_headers_are_refused_also_when_the_first_was_good_before(app: Starlette) -> None:
    good = [("Authorization", f"Bearer {KEY}")]
    assert ask(app, "GET", "/v1/leads", key=None, headers=good).status == 200
    answer = ask(app, "GET", "/v1/leads", key=None, headers=good * 2)
    assert answer.status == 401
    assert_message(answer.explain)


def test_a_header_that_opened_a_workspace_is_digested_once_and_no_more_than_so_many_are_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    digested: list[str] = []

    def counted(key: str) -> str:
        digested.append(key)
        return digest(key)

    monkeypatch.setattr(authentication, "digest", counted)
    monkeypatch.setattr(authentication, "_MAX_KNOWN", 2)
    app = create_app(Settings(**TINY, rate_limit="off"))
    keys = ["sk_test_mock_a", "sk_test_mock_b", "sk_test_mock_c"]
    app.state.workspaces.create("w", WorldPlan(load_recipe("small"), limit=0), keys)
    a, b, c = keys
    digested.clear()
    for key in (a, b, a, b, c, c, a):
        assert ask(app, "GET", "/v1/leads", key=key).status == 200
    assert digested == [a, b, c, a]


@pytest.mark.parametrize("value", [f"Bearer {KEY}", f"bearer {KEY}", f"BEARER   {KEY}", f"  Bearer {KEY}  "])
def test_the_scheme_may_be_spelt_as_the_standard_allows(app: Starlette, value: str) -> None:
    assert ask(app, "GET", "/v1/leads", key=None, headers=[("Authorization", value)]).status == 200


@pytest.mark.parametrize("where", [f"?api_key={KEY}", f"?access_token={KEY}", f"?authorization=Bearer+{KEY}"])
def test_a_key_counts_in_its_header_only(app: Starlette, where: str) -> None:
    assert ask(app, "GET", f"/v1/leads{where}", key=None).status == 401
    assert ask(app, "GET", "/v1/leads", key=None, headers=[("X-Api-Key", KEY), ("Cookie", f"key={KEY}")]).status == 401


def test_a_key_opens_its_own_workspace_and_no_other(app: Starlette, tenant: Tenant) -> None:
    (one, first), (_, second) = tenant(), tenant()
    made = ask(app, "POST", "/v1/leads", body=b'{"firstName": "Ada"}', key=first).json["lead"]["id"]
    assert ask(app, "GET", f"/v1/leads/{made}", key=first).status == 200
    assert ask(app, "GET", f"/v1/leads/{made}", key=second).status == 404
    assert one.state.rows("leads")[-1].id == made


def test_on_a_bind_that_others_reach_the_well_known_key_opens_nothing() -> None:
    app = create_app(Settings(**TINY, host="0.0.0.0"))
    assert app.state.key.startswith("sk_test_mock_")
    assert ask(app, "GET", "/v1/leads", host="any.example").status == 401
    assert ask(app, "GET", "/v1/leads", host="any.example", key=app.state.key).status == 200


def test_each_start_on_such_a_bind_mints_a_key_of_its_own() -> None:
    settings = Settings(**TINY, host="0.0.0.0")
    assert create_app(settings).state.key != create_app(settings).state.key


@given(st.binary(max_size=40).filter(lambda raw: not raw.lower().lstrip().startswith(b"bearer ")))
def test_no_bytes_are_a_key_unless_they_say_bearer(raw: bytes) -> None:
    with pytest.raises(Unauthorized):
        bearer([raw])


@given(st.text("abcXYZ_-.019", min_size=6, max_size=30))
def test_no_refusal_repeats_what_was_sent(key: str) -> None:
    for value in (f"Basic {key}", f"Bearer a {key}", f"{key} a"):
        with pytest.raises(Unauthorized) as caught:
            bearer([value.encode()])
        assert key not in str(caught.value) + repr(caught.value)
