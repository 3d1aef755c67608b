"""A sound target is never accused for what two organizations have alike, or for what is too long to be read."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from recording import KEY, Answer, recording

from contracts.options.options import Options
from contracts.run.run_plan import RunPlan
from contracts.run.session import RunSession
from contracts.scenarios.access import other_lists
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.paging import MAX_PAGES, whole_list
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.spec.document import load
from contracts.spec.resources import listings
from contracts.transport.guard import Guard, Mode, Policy
from contracts.transport.guarded_session import Transport
from contracts.transport.target import Target, mock

CONTRACT = load()
FAQS = next(listing for listing in listings(CONTRACT) if listing.operation.key == "GET /v1/faqs")


class Answers:
    """A sound list of so many items; ``again`` makes one that begins again after its end."""

    def __init__(self, total: int, *, again: bool = False) -> None:
        self.total, self.again = total, again
        self.asked: list[int] = []

    def __call__(self, method: str, path: str) -> Answer:
        query = parse_qs(urlsplit(path).query)
        page, size = int(query["page"][0]), int(query["limit"][0])
        self.asked.append(page)
        ids = range((page - 1) * size, page * size if self.again else min(page * size, self.total))
        faqs = [{"id": id % self.total + 1, "question": "Q", "answer": "A", "isActive": True} for id in ids]
        told = {"totalCount": self.total, "totalPages": -(-self.total // size), "currentPage": page}
        return 200, {"content-type": "application/json"}, json.dumps({"faqs": faqs, **told}).encode()


def client_of(url: str) -> ScenarioClient:
    policy = Policy(url, Mode.FULL, KEY, CONTRACT)
    return ScenarioClient(CONTRACT, Target(url, KEY, local=True), Transport(Guard(policy)))


def test_a_list_too_long_to_be_read_whole_is_skipped() -> None:
    answers = Answers(100 * MAX_PAGES + 1)
    with recording(answers) as host:
        client = client_of(host.url)
        with pytest.raises(ScenarioSkipped, match="more than 6,000 items"):
            whole_list(client, FAQS)
    assert not client.findings
    assert answers.asked == [1, MAX_PAGES + 1]


def test_a_list_that_never_ends_is_a_finding() -> None:
    with recording(Answers(250, again=True)) as host:
        client = client_of(host.url)
        whole_list(client, FAQS)
    assert "unique_ids" in {rule for rule, *_ in client.findings}


def test_a_second_organization_is_of_another_trade() -> None:
    options = Options(without=("engine",))
    with mock(world="edge") as target, RunSession(RunPlan.of(CONTRACT, target, options)) as run:
        other_lists(run.client, FAQS)
    assert not run.client.findings
