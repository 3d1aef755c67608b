"""The URL that a check is given: an odd one is refused with its remedy, before anything is sent."""

import pytest

from contracts.errors import CannotRun
from contracts.transport.target import named

ODD = {
    "http://127.0.0.1:": "no port after its colon",
    "http://127.0.0.1:/": "no port after its colon",
    "http://[::1]:": "no port after its colon",
    "http://127.0.0.1:0": "no port after its colon",
    "http://127.0.0.1:00": "no port after its colon",
    "http://127.0.0.1:99999": "no request can go to",
    "http://127.0.0.1:-1": "no request can go to",
    "http://127.0.0.1:abc": "no request can go to",
    "http://127.0.0.1:８０": "no request can go to",
    "http://１２７.0.0.1:80": "no request can go to",
    "http://127.0 0.1:80": "no request can go to",
    "http://@127.0.0.1:80": "no request can go to",
    "https://bücher.example": "no request can go to",
    "http://[::1%25lo]:80": "no request can go to",
    "http://[::1": "no http or https URL",
    "http://::1": "no http or https URL",
    "http://": "no http or https URL",
    "http://:80": "no http or https URL",
    "http:/x": "no http or https URL",
    "ftp://127.0.0.1": "no http or https URL",
    "nowhere": "no http or https URL",
    "": "no http or https URL",
    "http://user:secret@127.0.0.1:80": "holds credentials",
    "http://127.0.0.1:80/a b": "has a path",
    "http://127.0.0.1:80/?q": "has a path",
    "http://127.0.0.1:80#f": "has a path",
    "http://api.example": "in the clear",
}

SAME = {
    "http://LOCALHOST:4747": "http://localhost:4747",
    " http://127.0.0.1:04747/ ": "http://127.0.0.1:4747",
    "HTTPS://Api.Example:443": "https://api.example",
    "http://[::1]:80": "http://[::1]",
    "localhost:4747": "http://localhost:4747",
}


@pytest.mark.parametrize("url", ODD)
def test_an_odd_url_is_refused_with_its_reason(url: str) -> None:
    with pytest.raises(CannotRun, match=ODD[url]) as fault:
        named(url, "k")
    assert fault.value.remedy
    assert "secret" not in str(fault.value)


@pytest.mark.parametrize("url", SAME)
def test_an_origin_is_kept_as_a_client_asks_for_it(url: str) -> None:
    assert named(url, "k").origin == SAME[url]
