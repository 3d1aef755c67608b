"""How much the holder of a named token may ask the control plane in a minute."""

from collections import Counter
from collections.abc import Callable

from mock_server.admin.askers import Asker
from mock_server.world.clock import real_ms

_WINDOW_MS = 60_000


class RequestQuotas:
    """Counts the control requests of each token, in minutes of real time. A restart begins anew."""

    def __init__(self, now_ms: Callable[[], float] = real_ms) -> None:
        self._now_ms = now_ms
        self._minute = 0
        self._used: Counter[str] = Counter()

    def refusal(self, asker: Asker) -> tuple[str, int]:
        """Count a request; the reason why it may not be made, or an empty text, and the seconds to wait then."""
        token = asker.token
        if token is None or token.requests is None:
            return "", 0
        minute, past = divmod(int(self._now_ms()), _WINDOW_MS)
        if minute != self._minute:
            self._minute = minute
            self._used.clear()
        self._used[token.name] += 1
        if self._used[token.name] <= token.requests:
            return "", 0
        return f"the token {token.name} has made its {token.requests:,} requests of this minute", _seconds(past)


def _seconds(past_ms: int) -> int:
    """The seconds that are left of a minute, rounded up."""
    return -((past_ms - _WINDOW_MS) // 1000)
