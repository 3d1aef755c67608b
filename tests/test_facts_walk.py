"""A client in the shell walks through every operation of a real server, with curl and nothing else."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from mock_server.config.settings import Settings
from mock_server.server import MockServer
from mock_server.workspaces.workspace import DEFAULT

WALK = Path(__file__).with_name("facts_walk.sh")


@pytest.mark.skipif(not (shutil.which("bash") and shutil.which("curl")), reason="needs bash and curl")
@pytest.mark.slow
def test_a_shell_client_gets_through_every_operation() -> None:
    settings = Settings(port=0, quiet=True, world="small", rate_limit="off", self_check="all")
    with MockServer(settings) as server:
        workspaces = server.app.state.workspaces
        company = workspaces.get(DEFAULT).state.rows("companies/notes")[0].record["companyId"]
        environment = {**os.environ, "URL": server.url, "KEY": server.api_key, "COMPANY": company}
        walk = subprocess.run(["bash", str(WALK)], env=environment, capture_output=True, text=True, timeout=60)
    print(walk.stdout)
    assert walk.returncode == 0, walk.stdout + walk.stderr
    assert "all as it should be" in walk.stdout
    walked = {(line.split()[0], line.split()[1].partition("?")[0]) for line in walk.stdout.splitlines() if "/" in line}
    for operation in workspaces.contract.operations.values():
        path = re.compile(re.sub(r"\{\w+\}", "[^/]+", operation.path))
        assert any(method == operation.method and path.fullmatch(target) for method, target in walked), operation.key
