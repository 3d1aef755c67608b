import re
import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from messages import assert_message

from mock_server.config.settings import Settings, flag, table, typed, variable
from mock_server.config.sources import gather, unknown_variables
from mock_server.errors import Problem, SettingsError

ROOT = Path(__file__).parents[2]
NAMES = {item.name: item for item in table()}


def other(item: Any, turn: int) -> str:
    """Text for a value that is not the default, another one for each turn."""
    if item.metadata["choices"]:
        return next(str(choice) for choice in item.metadata["choices"] if choice != item.default)
    if isinstance(item.default, bool):
        return "false" if item.default else "true"
    guesses = (f"value{turn}", str(40 + turn), f"{turn + 2}/min", f"{turn + 1}s", f"http://{turn}.example")
    return next(guess for guess in guesses if _is_value(item, guess))


def _is_value(item: Any, text: str) -> bool:
    try:
        typed(item, text)
    except ValueError:
        return False
    return True


def read(item: Any, text: str) -> Any:
    """What a setting holds once it was given this text."""
    if isinstance(item.default, bool):
        return text == "true"
    if isinstance(item.default, tuple):
        return (text,)
    return type(item.default)(text)


@pytest.fixture(scope="session")
def nowhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder without a configuration file."""
    return tmp_path_factory.mktemp("nowhere")


@pytest.mark.parametrize("file", ["sophiie-mock.toml", "pyproject.toml"])
@pytest.mark.parametrize("name", NAMES)
def test_a_flag_wins_over_a_variable_and_a_variable_over_the_file(name: str, file: str, tmp_path: Path) -> None:
    item = NAMES[name]
    by_file, by_variable, by_flag = (other(item, turn) for turn in range(3))
    head = "[tool.sophiie-mock]\n" if file == "pyproject.toml" else ""
    (tmp_path / file).write_text(f'{head}{flag(name)[2:]} = "{by_file}"\n')
    environment = {variable(name): by_variable}

    assert getattr(gather({}, {}, tmp_path / "elsewhere"), name) == item.default
    assert getattr(gather({}, {}, tmp_path), name) == read(item, by_file)
    assert getattr(gather({}, environment, tmp_path), name) == read(item, by_variable)
    assert getattr(gather({name: by_flag}, environment, tmp_path), name) == read(item, by_flag)


def test_the_file_of_its_own_wins_over_pyproject(tmp_path: Path) -> None:
    (tmp_path / "sophiie-mock.toml").write_text("port = 1")
    (tmp_path / "pyproject.toml").write_text("[tool.sophiie-mock]\nport = 2\nseed = 3")
    assert gather({}, {}, tmp_path) == Settings(port=1)


def test_a_file_may_write_values_as_toml_has_them(tmp_path: Path) -> None:
    lines = ["port = 0", "rate_limit = 30", "now = 2026-03-04T05:06:07Z", "quiet = true"]
    lines += ['assume = ["a=1", "b=2"]', 'allow-host = "x, y"']
    (tmp_path / "sophiie-mock.toml").write_text("\n".join(lines))
    found = gather({}, {}, tmp_path)
    assert (found.port, found.rate_limit, found.quiet) == (0, "30", True)
    assert (found.assume, found.allow_host) == (("a=1", "b=2"), ("x", "y"))
    assert found.now.startswith("2026-03-04")


@pytest.mark.parametrize("file", ["sophiie-mock.toml", "pyproject.toml"])
def test_a_byte_order_mark_is_passed_over(file: str, tmp_path: Path) -> None:
    head = b"[tool.sophiie-mock]\r\n" if file == "pyproject.toml" else b""
    (tmp_path / file).write_bytes(b"\xef\xbb\xbf" + head + b"port = 5\r\n")
    assert gather({}, {}, tmp_path) == Settings(port=5)


@pytest.mark.parametrize("raw", [b"\xff\xfep\0", b"\xff", "host = 'é'".encode("latin-1")])
def test_a_file_that_is_not_utf_8_is_named(raw: bytes, tmp_path: Path) -> None:
    (tmp_path / "sophiie-mock.toml").write_bytes(raw)
    with pytest.raises(SettingsError) as refused:
        gather({}, {}, tmp_path)
    assert_message(refused.value, "settings file that is not UTF-8", FOLDER=tmp_path)


@pytest.mark.parametrize("protocol", ["tcp", "udp", "sctp"])
def test_the_variables_of_a_service_in_kubernetes_are_passed_over(protocol: str, tmp_path: Path) -> None:
    address = f"{protocol}://10.0.0.3:4747"
    upper = f"SOPHIIE_MOCK_PORT_4747_{protocol.upper()}"
    service = {"SOPHIIE_MOCK_SERVICE_HOST": "10.0.0.3", "SOPHIIE_MOCK_SERVICE_PORT": "4747"}
    service |= {"SOPHIIE_MOCK_SERVICE_PORT_HTTP": "4747", "SOPHIIE_MOCK_PORT": address, upper: address}
    service |= {f"{upper}_PROTO": protocol, f"{upper}_PORT": "4747", f"{upper}_ADDR": "10.0.0.3"}
    (tmp_path / "sophiie-mock.toml").write_text("port = 5")
    assert gather({}, service, tmp_path) == Settings(port=5)


@pytest.mark.parametrize("value", ["http://10.0.0.3:4747", "10.0.0.3:4747", "tcp:4747"])
def test_another_wrong_port_is_still_refused(value: str, nowhere: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        gather({}, {"SOPHIIE_MOCK_PORT": value}, nowhere)
    assert_message(refused.value, "port that is no number", TEXT=repr(value))


@pytest.mark.parametrize("name", [name for name, item in NAMES.items() if isinstance(item.default, int)])
def test_a_value_that_another_source_overrides_is_not_looked_at(name: str, tmp_path: Path) -> None:
    (tmp_path / "sophiie-mock.toml").write_text(f'{flag(name)[2:]} = "bad"')
    bad, good = {variable(name): "bad"}, {name: other(NAMES[name], 1)}
    expected = gather(good, {}, tmp_path / "elsewhere")
    assert gather(good, bad, tmp_path) == expected
    assert gather({}, {variable(name): other(NAMES[name], 1)}, tmp_path) == expected
    with pytest.raises(SettingsError, match=variable(name)):
        gather({}, bad, tmp_path)


def test_a_variable_may_end_with_a_carriage_return(nowhere: Path) -> None:
    assert gather({}, {variable("port"): "5\r", variable("world"): "\r"}, nowhere) == Settings(port=5)


def test_a_variable_that_is_set_to_nothing_is_not_set(nowhere: Path) -> None:
    assert gather({}, {variable("port"): "", variable("host"): ""}, nowhere) == Settings()


def test_variables_of_other_programs_and_verbs_are_left_alone(nowhere: Path) -> None:
    assert gather({}, {"SOPHIIE_MOCK_TOKEN": "x", "SOPHIIE_PORT": "1", "PORT": "2"}, nowhere) == Settings()


@pytest.mark.parametrize(
    ("flags", "environment", "file", "where"),
    [
        ({"port": "x"}, {}, "", "--port"),
        ({}, {"SOPHIIE_MOCK_PORT": "x"}, "", "SOPHIIE_MOCK_PORT"),
        ({}, {}, "port = 'x'", "sophiie-mock.toml: 'port'"),
        ({}, {}, "log-format = 'x'", "sophiie-mock.toml: 'log-format'"),
    ],
)
def test_a_bad_value_is_named_with_where_it_stands(
    flags: dict[str, Any], environment: dict[str, Any], file: str, where: str, tmp_path: Path
) -> None:
    (tmp_path / "sophiie-mock.toml").write_text(file)
    with pytest.raises(SettingsError) as caught:
        gather(flags, environment, tmp_path)
    (problem,) = caught.value.problems
    assert problem.where.endswith(where)
    assert "'x'" in problem.what


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "sophiie-mock.toml").write_text("prot = 1\nzzz = 2\nquiet = 3\nassume = 5\nhost = true")
    with pytest.raises(SettingsError) as caught:
        gather({"seed": "x"}, {}, tmp_path)
    told = str(caught.value)
    assert len(caught.value.problems) == 6
    assert_message(told, FOLDER=tmp_path)
    assert all(problem.remedy for problem in caught.value.problems)
    for part in ("'quiet': 3 is neither true nor false", "'assume': 5 is no list", "'host': True is no text"):
        assert part in told


@pytest.mark.parametrize("text", ["port = ", "port = 1\nport = 2", "port = " + "9" * 5000, "a = " + "[" * 9000, "\x00"])
def test_a_file_that_is_not_toml_is_named(text: str, tmp_path: Path) -> None:
    (tmp_path / "sophiie-mock.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(SettingsError, match=r"sophiie-mock\.toml(:1|:2)?: not TOML"):
        gather({}, {}, tmp_path)


def test_a_file_larger_than_settings_need_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "sophiie-mock.toml").write_text("# " + "x" * 2**14)
    with pytest.raises(SettingsError) as refused:
        gather({}, {}, tmp_path)
    assert_message(refused.value, FOLDER=tmp_path)


@pytest.mark.parametrize("text", ["tool = 5", "[tool]\nsophiie-mock = 5", "[tool]\nsophiie-mock = []"])
def test_a_section_that_is_no_table_is_named_or_not_there(text: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    if text.startswith("tool"):
        assert gather({}, {}, tmp_path) == Settings()
    else:
        with pytest.raises(SettingsError) as refused:
            gather({}, {}, tmp_path)
        assert_message(refused.value, "section that is no table", FOLDER=tmp_path)


def settings_or_problems(
    flags: dict[str, Any], environment: dict[str, Any], folder: Path
) -> Settings | tuple[Problem, ...]:
    try:
        return gather(flags, environment, folder)
    except SettingsError as fault:
        return fault.problems


VALUES = st.one_of(
    *(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.dates(), st.lists(st.integers(), max_size=2)),
    st.text(string.digits + "-.eE²٣", max_size=30),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=1),
)


@given(
    st.dictionaries(st.sampled_from([*NAMES, "prot", "\x1b[31m"]), VALUES, max_size=4),
    st.dictionaries(st.sampled_from([variable(name) for name in NAMES]), st.text(), max_size=4),
)
@example({"port": "--5"}, {})
@example({"seed": 10**5000}, {})
def test_any_value_gives_settings_or_says_why_not(
    nowhere: Path, flags: dict[str, Any], environment: dict[str, Any]
) -> None:
    found = settings_or_problems(flags, environment, nowhere)
    if isinstance(found, Settings):
        assert all(type(getattr(found, name)) is type(item.default) for name, item in NAMES.items())
        assert found.limit >= 0
    else:
        assert found
        assert all(problem.where and len(problem.what) < 400 for problem in found)


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_any_file_gives_settings_or_says_why_not(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.getbasetemp()
    (folder / "sophiie-mock.toml").write_bytes(text.encode("utf-8", "surrogatepass"))
    found = settings_or_problems({}, {}, folder)
    if not isinstance(found, Settings):
        assert all("sophiie-mock.toml" in problem.where for problem in found)


@pytest.mark.parametrize(
    ("name", "help"),
    [
        ("SOPHIIE_MOCK_RATELIMIT", "did you mean SOPHIIE_MOCK_RATE_LIMIT?"),
        ("SOPHIIE_MOCK_SEDE", "did you mean SOPHIIE_MOCK_SEED?"),
        ("SOPHIIE_MOCK_UR", "did you mean SOPHIIE_MOCK_URL?"),
        ("sophiie_mock_port", "did you mean SOPHIIE_MOCK_PORT?"),
        ("SOPHIIE_MOCK_NO_CORS", "did you mean SOPHIIE_MOCK_CORS?"),
        ("SOPHIIE_MOCK_QQQQQQQQQQQQQQQQQQQQQQQQ", "`sophiie-mock serve --help` lists the settings"),
    ],
)
def test_a_variable_that_is_no_setting_is_said_once_without_its_value(name: str, help: str) -> None:
    [problem] = unknown_variables({name: "a-secret", "SOPHIIE_API_KEY": "x", "PATH": "y"})
    assert (problem.where, problem.remedy) == (name, help)
    assert_message(problem.what, "a variable that is no setting")


def test_every_variable_that_is_read_is_known() -> None:
    read = {variable(item.name) for item in table()}
    for file in (*ROOT.glob("mock_server/**/*.py"), *ROOT.glob("contracts/**/*.py"), ROOT / "README.md"):
        read |= set(re.findall(r"SOPHIIE_MOCK_[A-Z_]*[A-Z]", file.read_text("utf-8")))
    links = {f"SOPHIIE_MOCK_{it}": "x" for it in ("SERVICE_HOST", "SERVICE_PORT_HTTP", "PORT_4747_TCP_ADDR", "NAME")}
    assert not list(unknown_variables(dict.fromkeys(read, "x") | links | {"SOPHIIE_MOCK_SEDE": ""}))
