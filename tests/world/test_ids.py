import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.world.ids import CANONICAL, FIRST_FREE_INDEX, IdFormat, Ids, Rng, rng, secret

quick = settings(max_examples=50, deadline=None, database=None)


def test_ids_look_as_the_vendor_shows_them() -> None:
    ids = Ids(1)
    for kind, prefix in (("leads", "ld_"), ("inquiries", "in_"), ("members", "usr_"), ("appointments", "apt_")):
        identity = str(ids.make(kind, 0))
        assert identity.startswith(prefix)
        assert len(identity) == len(prefix) + 12
        assert identity.removeprefix(prefix).isalnum()
        assert identity == identity.lower()
    assert [ids.make("leads/notes", index) for index in range(3)] == [1, 2, 3]


def test_an_id_is_the_same_for_ever() -> None:
    # Written down: a change here changes every world that people have seeds of.
    assert Ids(1).make("leads", 0) == Ids(1).make("leads", 0) == "ld_dszlf9j8jmkz"


@quick
@given(st.integers(), st.sampled_from(sorted(CANONICAL)), st.integers(0, 10**7), st.integers(0, 10**7))
def test_different_records_have_different_ids(seed: int, kind: str, one: int, other: int) -> None:
    ids = Ids(seed)
    assert (ids.make(kind, one) == ids.make(kind, other)) is (one == other)
    assert ids.make(kind, one) != Ids(seed + 1).make(kind, one)


def test_a_contract_may_say_otherwise() -> None:
    ids = Ids(1, {"leads": IdFormat("leads", "integer"), "widgets": IdFormat("widgets", "string", "w-")})
    assert ids.make("leads", 4) == 5
    assert str(ids.make("widgets", 4)).startswith("w-")
    assert ids.format("widgets").prefix == "w-"
    assert ids.format("unheard of") == IdFormat("unheard of", "integer")


def test_created_integers_start_above_every_world() -> None:
    assert Ids(1).make("faqs", FIRST_FREE_INDEX) == 1_000_001


def test_a_stream_belongs_to_its_key() -> None:
    assert [rng(1, "leads", 5).below(1000) for _ in range(2)] == [rng(1, "leads", 5).below(1000)] * 2
    keys = [(1, "a", 2), (1, "a", 3), (1, "b", 2), (2, "a", 2), (12, "a"), (1, "2", "a")]
    assert len({rng(*key).bits() for key in keys}) == len(keys)  # type: ignore[arg-type]


def test_the_generator_is_the_same_for_ever() -> None:
    stream = Rng(42)
    assert [stream.below(1000) for _ in range(5)] == [568, 225, 412, 630, 680]


@quick
@given(st.integers(0, 2**64 - 1), st.integers(1, 2**40), st.lists(st.integers(), min_size=1, unique=True))
def test_draws_stay_in_their_range(state: int, bound: int, items: list[int]) -> None:
    stream = Rng(state)
    assert 0 <= stream.below(bound) < bound
    assert -3 <= stream.randint(-3, 3) <= 3
    assert 0 <= stream.random() < 1
    assert stream.choice(items) in items
    taken = stream.sample(items, 3)
    assert len(set(taken)) == len(taken) == min(3, len(items))
    assert stream.weighted(items, [0] * (len(items) - 1) + [1]) == items[-1]


def test_draws_are_even_enough() -> None:
    stream = rng(7, "dice")
    faces = [stream.below(6) for _ in range(6000)]
    assert all(850 < faces.count(face) < 1150 for face in range(6))
    assert 250 < sum(stream.chance(30) for _ in range(1000)) < 350
    # The first draw of neighbouring streams, which is what a world looks like at a glance.
    firsts = [rng(1, "leads", index).below(6) for index in range(6000)]
    assert all(850 < firsts.count(face) < 1150 for face in range(6))


def test_weights_must_leave_a_choice() -> None:
    with pytest.raises(ValueError, match="zero"):
        Rng(1).weighted(["a"], [0])


def test_secrets_are_not_seeded() -> None:
    assert secret() != secret()
    assert len(secret(32)) > len(secret(8)) >= 8
