"""The answers of all replicas are joined: lists are put together, counts are added up."""

import json
from typing import Any

import pytest

from mock_server.cluster.joined_answers import join_for, joined_coverage, joined_metrics, question_for_all
from mock_server.cluster.request_subject import Subject, subject_of


def asked(path: str, query: bytes = b"", method: str = "GET") -> dict[str, Any]:
    return {"method": method, "path": path, "query_string": query}


def test_only_what_is_about_all_workspaces_is_joined() -> None:
    for path in ("/__admin/workspaces", "/__admin/audit", "/__admin/metrics"):
        assert join_for(asked(path))
        assert join_for(asked(path, method="POST")) is None
    assert join_for(asked("/__admin/coverage", b"scope=server"))
    assert join_for(asked("/__admin/coverage")) is None
    assert join_for(asked("/v1/leads")) is None


def test_lists_are_put_together_in_order() -> None:
    join = join_for(asked("/__admin/workspaces"))
    assert join
    told = join([b'{"workspaces":[{"id":"b"},{"id":"d"}]}', b'{"workspaces":[{"id":"a"}]}'])
    assert [each["id"] for each in json.loads(told)["workspaces"]] == ["a", "b", "d"]
    join = join_for(asked("/__admin/audit"))
    assert join
    told = join(
        [b'{"calls":[{"at":"1"},{"at":"3"}],"total":2,"dropped":1}', b'{"calls":[{"at":"2"}],"total":1,"dropped":0}']
    )
    whole = json.loads(told)
    assert ([each["at"] for each in whole["calls"]], whole["total"], whole["dropped"]) == (["3", "2", "1"], 3, 1)


def test_a_page_of_the_audit_list_is_of_all_replicas() -> None:
    page = asked("/__admin/audit", b"by=ana&limit=2&offset=1")
    assert question_for_all(page)["query_string"] == b"by=ana&limit=3"
    join = join_for(page)
    assert join
    parts = [json.dumps({"calls": [{"at": at} for at in calls], "total": 3, "dropped": 0}) for calls in ("531", "642")]
    whole = json.loads(join([part.encode() for part in parts]))
    assert ([each["at"] for each in whole["calls"]], whole["total"]) == (["5", "4"], 6)
    for wrong in (asked("/__admin/audit", b"limit=x"), asked("/__admin/audit", b"limit=6001")):
        assert question_for_all(wrong) is wrong  # and is refused by whoever is asked


def test_coverage_is_added_up_and_what_was_exercised_is_counted_anew() -> None:
    def part(requests: int, ok: int, limit: int) -> bytes:
        one = {"requests": requests, "statuses": {"200": ok}, "parameters": {"query limit": limit}, "values": {}}
        empty = {"exercised": 0, "all": 0}
        names = ("operations", "parameters", "statuses", "values", "events")
        whole = {"totals": dict.fromkeys(names, empty), "operations": {"GET /": one}, "events": {"E": 0}}
        return json.dumps(whole).encode()

    told = json.loads(joined_coverage([part(2, 2, 0), part(3, 1, 0)]))
    assert told["operations"]["GET /"] == {
        "requests": 5,
        "statuses": {"200": 3},
        "parameters": {"query limit": 0},
        "values": {},
    }
    assert told["totals"]["statuses"] == {"exercised": 1, "all": 1}
    assert told["totals"]["parameters"] == {"exercised": 0, "all": 1}


def test_metrics_are_added_up_and_of_some_the_largest_is_told() -> None:
    one = b'# HELP a_info i\n# TYPE a_info gauge\na_info{version="1"} 1\n# HELP b b\n# TYPE b counter\nb{s="1"} 2\n'
    one += b"# HELP w_max w\n# TYPE w_max gauge\nw_max 0.5\n"
    two = one.replace(b'b{s="1"} 2', b'b{s="2"} 7').replace(b"0.5", b"0.75")
    assert joined_metrics([one, two, two]).decode().splitlines() == [
        "# HELP a_info i",
        "# TYPE a_info gauge",
        'a_info{version="1"} 1',
        "# HELP b b",
        "# TYPE b counter",
        'b{s="1"} 2',
        'b{s="2"} 14',
        "# HELP w_max w",
        "# TYPE w_max gauge",
        "w_max 0.75",
    ]


@pytest.mark.parametrize(
    ("path", "headers", "keys", "subject"),
    [
        ("/v1/leads", [], ["k"], Subject(keys=["k"])),
        ("/v1/leads", [], [], Subject(keys=[])),
        ("/__admin/reset", [], ["k"], Subject(keys=["k"])),
        ("/__admin/reset", [], [], Subject("default")),
        ("/__admin/reset", [(b"x-mock-workspace", b"w")], ["k"], Subject("w")),
        ("/__admin/workspaces/a%20b", [], [], Subject("a b")),
        ("/__admin/workspaces", [], [], Subject()),
        ("/__admin/inbox/w/orders", [], [], Subject("w")),
        ("/__admin/inbox/w/orders/expect", [], [], Subject("w")),
        ("/__admin/inbox/orders/expect", [], [], Subject("default")),
        ("/__admin/inbox/orders", [], [], Subject("default")),
        ("/__admin/health/ready", [], [], Subject()),
    ],
)
def test_a_request_is_about_the_workspace_that_it_names_or_opens(
    path: str, headers: list[tuple[bytes, bytes]], keys: list[str], subject: Subject
) -> None:
    assert subject_of({"path": path, "headers": headers}, lambda scope: keys, open_api=False) == subject
