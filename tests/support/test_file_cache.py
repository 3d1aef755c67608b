"""Our own files, kept as JSON after their first reading."""

from pathlib import Path

import pytest

from mock_server.config.paths import FIXTURES
from mock_server.errors import WorldError
from mock_server.support.bounded_files import read_bytes, read_file
from mock_server.support.file_cache import cached

NAMES = FIXTURES / "people" / "names.yaml"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "sophiie-mock"


def never() -> object:
    raise AssertionError("parsed again")


def test_a_file_of_ours_is_parsed_once_and_says_the_same_ever_after(cache: Path) -> None:
    first = read_file(NAMES, WorldError, ours=True)

    assert cached(NAMES.read_bytes(), never) == first == read_bytes(NAMES.read_bytes(), "it", WorldError)
    assert [file.suffix for file in cache.iterdir()] == [".json"]
    assert cache.stat().st_mode & 0o077 == 0


def test_a_users_file_is_not_copied_anywhere(cache: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("a: 1")
    assert read_file(own, WorldError) == {"a": 1}

    assert not cache.exists()


def test_other_bytes_are_parsed_anew(cache: Path) -> None:
    assert cached(b"one", lambda: 1) == 1
    assert cached(b"two", lambda: 2) == 2


def test_a_broken_cache_is_no_trouble(cache: Path) -> None:
    cached(b"one", lambda: 1)
    [file] = cache.iterdir()
    file.write_bytes(b"{")

    assert cached(b"one", lambda: 1) == 1
    assert cached(b"one", never) == 1


def test_a_folder_that_cannot_be_had_is_no_trouble(cache: Path) -> None:
    cache.write_text("a file stands where the folder should")

    assert cached(b"one", lambda: 1) == 1


def test_a_user_without_a_home_starts_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container that runs under any number: no HOME, and no line for it in /etc/passwd."""

    def nobody(number: int) -> object:
        raise KeyError(number)

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr("pwd.getpwuid", nobody)
    assert [cached(b"one", lambda: 1), cached(b"one", lambda: 2)] == [1, 2]


@pytest.mark.parametrize("name", ["XDG_CACHE_HOME", "HOME"])
def test_a_folder_that_depends_on_where_one_stands_is_not_used(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv(name, "cache")
    monkeypatch.chdir(tmp_path)
    assert cached(b"one", lambda: 1) == 1
    assert not list(tmp_path.iterdir())


def test_what_json_does_not_have_is_not_kept(cache: Path) -> None:
    assert cached(b"one", lambda: 2**70) == 2**70
    assert cached(b"one", lambda: 3) == 3


def test_the_folder_stays_small(cache: Path) -> None:
    for number in range(200):
        cached(str(number).encode(), lambda: 1)

    assert len(list(cache.iterdir())) <= 64
