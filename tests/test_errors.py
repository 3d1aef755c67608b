"""The exception tree: what its drawing promises, and what a problem reads like."""

import inspect
import re

import pytest

import mock_server.errors as errors
from mock_server.errors import ApiError, MethodNotAllowed, MockError, Problem, SetupError


def drawn() -> list[tuple[int, str, str]]:
    """Depth, class and remark of each line of the drawing in the module's docstring."""
    found = []
    _, start, tree = (inspect.getdoc(errors) or "").partition("MockError")
    for line in (start + tree).splitlines():
        match = re.fullmatch(r"([│├└─ ]*)([A-Z]\w+)(?: +(\S.*))?", line)
        if match:
            found.append((len(match.group(1)) // 4, match.group(2), match.group(3) or ""))
    return found


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes() -> None:
    parents: list[str] = []
    shown = {}
    for depth, name, _ in drawn():
        parents[depth:] = [name]
        shown[name] = parents[depth - 1] if depth else "Exception"
    classes = {
        name: of.__mro__[1].__name__
        for name, of in inspect.getmembers(errors, inspect.isclass)
        if issubclass(of, MockError)
    }
    assert shown == classes


def test_the_status_in_the_drawing_is_the_status_of_the_class() -> None:
    stated = {name: int(remark[:3]) for _, name, remark in drawn() if re.match(r"\d{3}", remark)}
    assert stated == {name: getattr(errors, name).status for name in stated}
    assert stated.keys() >= {"BadRequest", "NotFound", "Conflict", "InternalError"}


def test_every_error_says_what_it_is_for() -> None:
    for name, of in inspect.getmembers(errors, inspect.isclass):
        if issubclass(of, MockError):
            assert of.__doc__, name


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (Problem("v1.yaml:3", "not YAML", "correct it"), "v1.yaml:3: not YAML → correct it"),
        (Problem("v1.yaml:3", "not YAML"), "v1.yaml:3: not YAML"),
        (Problem("", "no port", "give one"), "no port → give one"),
    ],
)
def test_a_problem_is_one_line_of_place_cause_and_remedy(problem: Problem, line: str) -> None:
    assert str(problem) == line


def test_several_faults_of_the_set_up_are_several_lines() -> None:
    fault = SetupError(Problem("a", "b", "c"), "just words")
    assert str(fault) == "a: b → c\njust words"
    assert [problem.what for problem in fault.problems] == ["b", "just words"]


def test_what_an_api_error_explains_stays_apart_from_its_status() -> None:
    fault = errors.Conflict("one", "two", headers=[(b"x-a", b"1")])
    assert (fault.status, fault.explain, fault.headers) == (409, ("one", "two"), ((b"x-a", b"1"),))
    assert str(fault) == "one; two"
    assert isinstance(fault, ApiError)
    assert not isinstance(fault, SetupError)


def test_method_not_allowed_names_the_methods_in_a_fixed_order() -> None:
    assert MethodNotAllowed({"PUT", "DELETE", "GET"}).headers == ((b"allow", b"DELETE, GET, PUT"),)


def test_a_fault_that_was_asked_for_has_the_status_that_was_asked_for() -> None:
    fault = errors.InjectedFault(418, "rule 7")
    assert (fault.status, fault.explain, fault.headers) == (418, ("rule 7",), ())
    assert errors.InjectedFault.status == 500
