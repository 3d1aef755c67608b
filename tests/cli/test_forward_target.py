"""What people write for --forward-to is a URL, or is refused with the reason."""

import click
import pytest

from mock_server.cli.forward_target import hook_url


@pytest.mark.parametrize(
    ("target", "url"),
    [
        ("3000", "http://localhost:3000"),
        (":3000", "http://localhost:3000"),
        ("3000/hook?a=1", "http://localhost:3000/hook?a=1"),
        (":3000/hook", "http://localhost:3000/hook"),
        ("localhost", "http://localhost"),
        ("localhost:3000", "http://localhost:3000"),
        (" localhost:3000/hook \n", "http://localhost:3000/hook"),
        ("//localhost:3000/", "http://localhost:3000/"),
        ("127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("HTTP://Localhost:3000/Hook", "http://Localhost:3000/Hook"),
        ("Https://localhost/", "https://localhost/"),
        ("host_a.internal:80/x", "http://host_a.internal:80/x"),
        ("[::1]:3000/hook", "http://[::1]:3000/hook"),
        ("::1", "http://[::1]/"),
        ("http://[fd00::1]:3000", "http://[fd00::1]:3000"),
        ("localhost:3000/hook?to=http://other.example/", "http://localhost:3000/hook?to=http://other.example/"),
    ],
)
def test_what_people_write_is_a_url(target: str, url: str) -> None:
    assert hook_url(target) == url


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("", "a URL without a host"),
        ("/hook", "a URL without a host"),
        ("http://", "a URL without a host"),
        ("0", "port 0, where there are 1 to 65535"),
        ("99999", "port 99999, where there are 1 to 65535"),
        ("localhost:99999/x", "port 99999, where there are 1 to 65535"),
        ("1234567890", "an odd spelling"),
        ("localhost:", "an odd spelling"),
        ("localhost:http", "an odd spelling"),
        ("http:localhost:3000", "an odd spelling"),
        ("ftp://localhost/", "only http and https"),
        ("file:///etc/passwd", "only http and https"),
        ("localhost:3000/h#top", "a URL with a fragment"),
        ("localhost:3000/a b", "a blank or a letter that is not ASCII"),
        ("localhost:3000/é", "a blank or a letter that is not ASCII"),
        ("localhost:3000/\udce9", "a blank or a letter that is not ASCII"),
        ("localhost:3000/\x1b[31m", "a blank or a letter that is not ASCII"),
        ("http://[::1", "an odd spelling"),
        ("http://[::1%25lo]/", "an odd spelling"),
        ("localhost:3000/" + "x" * 2048, "more than 2,048 characters"),
    ],
)
def test_what_nothing_can_be_posted_to_is_refused_with_the_reason(target: str, why: str) -> None:
    with pytest.raises(click.UsageError) as caught:
        hook_url(target)
    assert why in str(caught.value)
    assert str(caught.value).isprintable()


def test_a_password_is_not_repeated() -> None:
    for target in ("http://u:secret@localhost/", "u:secret@localhost:3000"):
        with pytest.raises(click.UsageError, match="user information") as caught:
            hook_url(target)
        assert "secret" not in str(caught.value)
