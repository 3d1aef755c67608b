from pathlib import Path

import pytest
from messages import assert_message

from mock_server.config.paths import FIXTURES
from mock_server.errors import WorldError
from mock_server.support.exact_json import MAX_JSON_DEPTH
from mock_server.world.recipe import Recipe, businesses, load_recipe, recipe_of, recipes
from mock_server.world.recipe_file import MAX_BYTES


def write(folder: Path, text: str) -> str:
    path = folder / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def complaints(folder: Path, text: str) -> list[str]:
    path = write(folder, text)
    with pytest.raises(WorldError) as caught:
        load_recipe(path)
    return [str(problem).replace(path, "FILE") for problem in caught.value.problems]


def test_the_built_in_worlds_are_listed_with_the_default_first() -> None:
    assert [recipe.name for recipe in recipes()] == ["default", "empty", "small", "edge", "busy"]
    assert all(recipe.description for recipe in recipes())
    assert {recipe.business for recipe in recipes()} <= set(businesses())
    assert load_recipe("busy").leads == 10_000


def test_an_unknown_world_is_answered_by_what_there_is() -> None:
    with pytest.raises(WorldError) as refused:
        load_recipe("smal")
    assert_message(refused.value)
    with pytest.raises(WorldError) as refused:
        load_recipe("nothing-like-it")
    assert_message(refused.value)


def test_a_users_file_needs_only_what_differs(tmp_path: Path) -> None:
    path = write(tmp_path, "leads: 5\nbusiness: air\nedge: true  # all of it\ndescription: 'mine'\n")
    assert load_recipe(path) == Recipe(name="mine", description="mine", business="air", leads=5, edge=True)
    assert load_recipe(write(tmp_path, "")) == Recipe(name="mine")


def test_each_mistake_is_named_with_its_line_cause_and_remedy(tmp_path: Path) -> None:
    text = "name: x\nleeds: 3\nleads: many\n\ndays_back: 0\nedge: yes\nbusiness: baker\nunread: 1e1\nname2: ''\n"
    told = complaints(tmp_path, text)
    assert [line.partition(": ")[0] for line in told] == [f"FILE:{line}" for line in (2, 3, 5, 6, 7, 8, 9)]
    assert_message("\n".join(told))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("- leads", "FILE:1: a recipe is a list of 'key: value' lines"),
        ("leads: 3\nleads: 4", "FILE:2: the key 'leads' stands here twice → keep one of them"),
        ("leads: 3\nname: [a]", "FILE:2: name is ['a'] → it must be a text of 1 to 200 characters"),
        ("leads: 3\nname: 'a", "FILE:2: not YAML: "),
        ("leads: 3\n  name: a", "FILE:2: not YAML: "),
        ("leads: *a", "FILE:1: not YAML: "),
        ("leads: true", "FILE:1: leads is True → it must be a whole number"),
        ("name: ''", "FILE:1: name is '' → it must be a text of 1 to 200 characters"),
        ("leads: 0o17", "FILE:1: leads is '0o17'"),
        ("zzz: 1", "FILE:1: unknown key 'zzz' → the keys are name, description, business"),
        ("a: \x00", "FILE: not YAML text in UTF-8"),
        ("[" * 16_000, "FILE: nested too deep → write one record in another, not much more"),
        ("#" * (MAX_BYTES + 1), f"FILE: longer than {MAX_BYTES:,} bytes"),
    ],
    ids=lambda value: value[:24],
)
def test_a_file_that_is_no_recipe_says_where(tmp_path: Path, text: str, complaint: str) -> None:
    (only,) = complaints(tmp_path, text)
    assert only.startswith(complaint)


def test_a_name_that_no_file_system_has_is_no_name() -> None:
    with pytest.raises(WorldError) as refused:
        load_recipe("x" * 999)
    assert_message(refused.value, NAME="x" * 999)


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(WorldError) as refused:
        load_recipe(str(tmp_path / "none.yaml"))
    assert_message(refused.value, FOLDER=tmp_path)
    (tmp_path / "latin.yaml").write_bytes(b"name: caf\xe9")
    with pytest.raises(WorldError) as refused:
        load_recipe(str(tmp_path / "latin.yaml"))
    assert_message(refused.value, FOLDER=tmp_path)


@pytest.mark.parametrize("recipe", recipes(), ids=lambda recipe: recipe.name)
def test_a_built_in_world_keeps_the_rules_of_a_users_file(recipe: Recipe) -> None:
    assert load_recipe(str(FIXTURES / "worlds" / f"{recipe.name}.yaml")) == recipe


def test_records_that_are_too_deep_to_be_read_again_are_refused() -> None:
    deepest: object = 1
    for _ in range(MAX_JSON_DEPTH - 1):
        deepest = {"a": deepest}
    assert recipe_of({"records": {"leads": deepest}}).records.kinds == {"leads": deepest}
    with pytest.raises(WorldError) as refused:
        recipe_of({"records": {"leads": {"a": deepest}}})
    assert_message(refused.value)
