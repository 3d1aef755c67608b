"""The README's and the recipes' own commands, each from an environment with nothing in it.

Run by ``make test-commands``. What is installed is this checkout as it is, with the versions of the lock, so that a
release of somebody else's breaks nothing here. Needs git.
"""

import json
import os
import re
import shutil
import sys
import tempfile
import venv
from collections.abc import Sequence
from pathlib import Path

from fresh import ROOT, ask, copied, run, serving, surroundings
from runner import Runner

README = (ROOT / "README.md").read_text("utf-8")
UV = "uv==0.13.9"
PUBLIC = "git+https://github.com/OWNER/sophiie-mock"
INSTALL = f'pip install "sophiie-mock[check] @ {PUBLIC}@COMMIT"'
SERVE = ("serve", "--port", "0", "--port-file", "port", "--world", "small")


class Newcomer:
    """Somebody with a copy of the repository, and an empty environment for each thing that is tried."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clone = copied(folder / "clone")
        who = ("-c", "user.name=Newcomer", "-c", "user.email=newcomer@example.com")
        # A history of its own: a clone of a shallow one, as pipelines have it, cannot be cloned in part, as pip does.
        for command in (("init", "--quiet"), ("add", "--all", "--force"), (*who, "commit", "--quiet", "--message=All")):
            run("git", *command, cwd=self.clone, env=surroundings())
        self._git = folder / "gitconfig"
        self._git.write_text(f'[url "file://{self.clone}"]\n\tinsteadOf = {PUBLIC.removeprefix("git+")}\n')
        self.commit = run("git", "rev-parse", "HEAD", cwd=self.clone, env=surroundings()).strip()
        self._locked = folder / "versions"
        lock = (ROOT / "requirements-dev.lock").read_text("utf-8")
        # What may stand in a file of constraints: neither hashes nor extras.
        versions = re.findall(r"^([\w.-]+)(?:\[.*?])?(==\S+(?: ; .*?)?) \\$", lock, re.MULTILINE)
        self._locked.write_text("".join(f"{name}{version}\n" for name, version in versions))

    def environment(self, name: str) -> tuple[Path, dict[str, str]]:
        """A folder with nothing but an activated environment."""
        place = self.folder / name
        venv.create(place / "venv", with_pip=True)
        path = f"{place / 'venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
        constraints = {"PIP_CONSTRAINT": str(self._locked), "UV_CONSTRAINT": str(self._locked)}
        others = {"UV_CACHE_DIR": str(self.folder / "uv"), "HOME": str(self.folder)}
        others["GIT_CONFIG_GLOBAL"] = str(self._git)  # git looks for the public repository here
        return place, surroundings(PATH=path, **constraints, **others, UV_PYTHON_DOWNLOADS="never")

    def shell(self, command: str, place: Path, env: dict[str, str], code: int = 0) -> str:
        """A command as it stands in the README, with the commit that a person would name."""
        named = command.replace("@COMMIT", f"@{self.commit}")
        return run("bash", "-euo", "pipefail", "-c", named, cwd=place, env=env, code=code)


def promised(start: str) -> str:
    """The line of the README that begins so, without its comment."""
    found = re.search(rf"^{re.escape(start)}.*$", README, re.MULTILINE)
    if found is None:
        sys.exit(f"the README has no line `{start}…`")
    return re.sub(r"\s+# .*", "", found[0])


def the_server_is_installed_and_asks_for_the_extra(newcomer: Newcomer) -> None:
    place, env = newcomer.environment("server")
    newcomer.shell(promised('pip install "sophiie-mock @'), place, env)
    with serving(place / "venv" / "bin" / "sophiie-mock", *SERVE, cwd=place, env=env) as url:
        json.loads(ask(url))
    for verb in ("check", "check --help", "check traffic x.har", "check cleanup x", "check purge"):
        said = newcomer.shell(f"sophiie-mock {verb}", place, env, code=2)
        if INSTALL not in said or (said.count("\n") != 1 and "--help" not in verb):
            sys.exit(f"sophiie-mock {verb} without its extra said:\n{said}")
    newcomer.shell(INSTALL, place, env)  # as it was told to do, published or not
    newcomer.shell("sophiie-mock check --quick --only organization", place, env)
    newcomer.shell(f"{promised('pytest --pyargs contracts')} --contract-quick -q -k 'organization'", place, env)
    newcomer.shell("pip check", place, env)


def a_test_of_the_readme_runs_with_the_extra_test(newcomer: Newcomer) -> None:
    place, env = newcomer.environment("tests")
    newcomer.shell(f'pip install "sophiie-mock[test] @ {PUBLIC}@COMMIT"', place, env)
    for file in ("leads_to_csv.py", "test_leads_to_csv.py"):
        shutil.copy(ROOT / "tests" / "examples" / file, place / file)
    newcomer.shell("pytest -q test_leads_to_csv.py", place, env)


def it_is_served_without_an_environment(newcomer: Newcomer) -> None:
    place, env = newcomer.environment("uvx")
    newcomer.shell(f"pip install {UV}", place, env | {"PIP_CONSTRAINT": ""})
    command = promised("uvx --from").removesuffix(" serve").replace("@COMMIT", f"@{newcomer.commit}")
    newcomer.shell(f"{command} --version", place, env)  # the first time it is built, and that takes longer
    with serving("bash", "-c", f"exec {command} {' '.join(SERVE)}", cwd=place, env=env) as url:
        json.loads(ask(url))


def the_action_installs_serves_and_checks(newcomer: Newcomer) -> None:
    runner = Runner(newcomer.folder / "action")
    shutil.rmtree(runner.folder / "sophiie-mock")  # the real one is made now
    os.environ["GITHUB_ACTION_PATH"] = str(newcomer.clone)
    check = {"TARGET": "mock", "REPORTS": "reports", "OPTIONS": QUICK}
    steps: Sequence[tuple[str, dict[str, str]]] = (("Install", {}), ("Start the mock", {}), ("Check", check))
    try:
        for name, inputs in steps:
            done = runner.step(name, timeout=600, **inputs)
            if done.returncode:
                sys.exit(f"{name} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    finally:
        runner.step("Stop the mock")
    kinds = {path.suffix for path in (runner.folder / "reports").iterdir()}
    if not {".json", ".xml", ".html", ".sarif", ".md"} <= kinds:
        sys.exit(f"the action's reports are {kinds}")


QUICK = "--quick\n--only\norganization"


def main() -> None:
    if shutil.which("git") is None:
        sys.exit("these commands install from a repository: git is needed")
    tried = (
        the_server_is_installed_and_asks_for_the_extra,
        a_test_of_the_readme_runs_with_the_extra_test,
        it_is_served_without_an_environment,
        the_action_installs_serves_and_checks,
    )
    with tempfile.TemporaryDirectory() as folder:
        newcomer = Newcomer(Path(folder))
        for step in tried:
            print(step.__name__.replace("_", " "), flush=True)
            step(newcomer)
    print(f"{len(tried)} passed, 0 failed")


if __name__ == "__main__":
    main()
