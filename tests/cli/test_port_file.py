"""The file that tells the port: there while the server listens, whole, and nobody else's."""

import os
import stat
import threading
from pathlib import Path

import pytest
from messages import assert_message

from mock_server.cli.port_file import PortFile
from mock_server.errors import SettingsError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "port"


@pytest.mark.parametrize("left", ["4747", "4747\n", ""])
def test_what_an_earlier_run_left_is_removed(left: str, path: Path) -> None:
    path.write_text(left)
    PortFile(str(path)).clear()
    assert not path.exists()


@pytest.mark.parametrize("text", ["precious", "47474747", "port = 4747"])
def test_a_file_that_holds_no_port_is_left_alone(text: str, path: Path) -> None:
    path.write_text(text)
    with pytest.raises(SettingsError) as refused:
        PortFile(str(path)).clear()
    assert_message(refused.value, "file that holds no port", FILE=path)
    assert path.read_text() == text


def test_a_folder_is_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        PortFile(str(tmp_path)).clear()
    assert_message(refused.value, FOLDER=tmp_path)


def test_it_is_written_whole_and_readable_and_removed_again(path: Path) -> None:
    file = PortFile(str(path))
    file.write(4747)
    assert path.read_text() == "4747"
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~_umask()
    assert [one.name for one in path.parent.iterdir()] == ["port"]
    file.remove()
    assert not list(path.parent.iterdir())


def _umask() -> int:
    os.umask(mask := os.umask(0))
    return mask


def test_the_file_of_a_server_that_came_later_stays(path: Path) -> None:
    first, second = PortFile(str(path)), PortFile(str(path))
    first.write(1)
    second.write(2)
    first.remove()
    assert path.read_text() == "2"


def test_one_that_was_not_written_removes_nothing(path: Path) -> None:
    path.write_text("1")
    PortFile(str(path)).remove()
    assert path.exists()


def test_a_link_is_replaced_and_not_followed(path: Path) -> None:
    other = path.with_name("other")
    other.write_text("")
    path.symlink_to(other)
    file = PortFile(str(path))
    file.clear()
    file.write(5)
    assert (path.read_text(), other.read_text()) == ("5", "")


def test_a_pipe_is_given_a_line_and_stays(path: Path) -> None:
    os.mkfifo(path)
    said: list[str] = []
    reader = threading.Thread(target=lambda: said.append(path.read_text()))
    reader.start()
    file = PortFile(str(path))
    file.clear()
    file.write(4747)
    reader.join(10)
    file.remove()
    assert said == ["4747\n"]
    assert path.exists()


def test_a_file_that_cannot_be_replaced_is_written_and_emptied(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As one that is mounted by itself into a container."""

    def busy(*given: object, **more: object) -> None:
        raise OSError(16, "Device or resource busy", str(path))

    path.write_text("1")
    file = PortFile(str(path))
    with monkeypatch.context() as mounted:
        mounted.setattr(Path, "replace", busy)
        file.write(4747)
        assert path.read_text() == "4747"
        real = Path.unlink
        mounted.setattr(Path, "unlink", lambda one, **more: busy() if one == path else real(one, **more))
        file.remove()
    assert path.read_text() == ""


def test_without_a_name_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file = PortFile("")
    file.clear()
    file.write(1)
    file.remove()
    assert not list(tmp_path.iterdir())
