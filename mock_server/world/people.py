"""People who get in touch. A person depends on (seed, index) and the state of the business, nothing else.

Mails are at ``example.com``, ``.org`` and ``.net``. Phones come only from the ranges that the Australian regulator
reserves for fiction, through a bijection from the index, so that no two people share one.
"""

from dataclasses import dataclass, replace

from mock_server.world import Record
from mock_server.world.fixture_models import Names
from mock_server.world.fixtures import names
from mock_server.world.ids import FIRST_FREE_INDEX, rng

# fmt: off
MOBILES = tuple(f"+61491{last}" for last in (
    570006, 570156, 570157, 570158, 570159, 570110, 570313, 570737,
    571266, 571491, 571804, 572549, 572665, 572983, 573770, 573087,
    574118, 574632, 575254, 575789, 576398, 576801, 577426, 577644,
    578957, 578148, 578888, 579212, 579760, 579455,
))
# fmt: on
"""Mobile numbers reserved for fiction."""

_MAX_NAME_IN_MAIL = 50  # a mail has at most 64 characters before the @, and a number follows the name

# Numbers of each block that leads use; the last hundred are for businesses and their teams, in the fixtures.
_BLOCK = 9_900
_AREA = 2 * _BLOCK
_ALL = 4 * _AREA
_AREAS = (2, 3, 7, 8)
# Prime and no divisor of an area's size: multiplying by it walks through every number once.
_STEP = 7_919


@dataclass(frozen=True, slots=True)
class Person:
    """Someone outside the business, with everything that the story may tell about them."""

    first: str
    last: str | None
    email: str
    phone: str
    line1: str
    line2: str | None
    suburb: str
    state: str
    postcode: str
    trading_as: str | None = None

    @property
    def name(self) -> str:
        """First and last name, or what there is of them."""
        return f"{self.first} {self.last}" if self.last else self.first

    @property
    def address(self) -> str:
        """The address as it is said on the phone."""
        return f"{self.line1}, {self.suburb}"


def person(seed: int, index: int, state: str, area: int) -> Person:
    """Person number ``index``; from ``FIRST_FREE_INDEX`` on, people the server makes itself (simulation)."""
    stream, pool = rng(seed, "person", index), names()
    first, last = stream.choice(pool.given), stream.choice(pool.family)
    suburb, postcode = stream.choice(pool.suburbs[state])
    unit = stream.chance(30)
    return Person(
        first=first,
        last=None if stream.chance(7) else last,
        email=mail_address(first, last, index, stream.below(3)),
        phone=phone(seed, index, area),
        line1=f"{stream.randint(1, 240)} {stream.choice(pool.streets)} {stream.choice(pool.kinds)}",
        line2=f"Unit {stream.randint(1, 40)}" if unit else None,
        suburb=suburb,
        state=state,
        postcode=postcode,
        trading_as=_trading(stream.below(1 << 20), pool, last, suburb) if stream.chance(14) else None,
    )


def known_person(lead: Record, stand_in: Person) -> Person:
    """The person behind a stored lead; ``stand_in`` supplies what the lead does not say."""
    place = (lead.get("defaultLeadAddress") or {}).get("address") or {}
    optional = {
        "first": lead["firstName"],
        "email": lead.get("email"),
        "phone": lead.get("phone"),
        "line1": place.get("line1"),
        "suburb": place.get("suburb") or lead.get("suburb"),
        "state": place.get("state"),
        "postcode": place.get("postcode"),
    }
    return replace(
        stand_in,
        last=lead.get("lastName"),
        line2=place.get("line2"),
        trading_as=lead.get("businessName"),
        **{key: value for key, value in optional.items() if value},
    )


def phone(seed: int, index: int, area: int) -> str:
    """E.164; every index below 39,600 has its own, and so has every one of the 39,600 from ``FIRST_FREE_INDEX``.

    Numbers of the business's own area code come first; a few low indices get the reserved mobiles.
    """
    if index < 2 * len(MOBILES) and index % 2 == 0:
        return MOBILES[(index // 2 + seed) % len(MOBILES)]
    place = index if index < FIRST_FREE_INDEX else index - FIRST_FREE_INDEX + _ALL // 2
    turn, within = divmod(place % _ALL, _AREA)
    code = _AREAS[(_AREAS.index(area) + turn) % len(_AREAS)]
    block, number = divmod((within * _STEP + seed) % _AREA, _BLOCK)
    return f"+61{code}{(5550, 7010)[block]}{number:04d}"


def mail_address(first: str, last: str, index: int, host: int) -> str:
    """An address of a person with a name, at one of three hosts that are reserved for examples."""
    letters = "".join(it for it in f"{first}.{last}".lower() if it.isascii() and (it.isalnum() or it in ".-"))
    name = ".".join(part for part in letters.split(".") if part)[:_MAX_NAME_IN_MAIL]
    return f"{name}{index + 1}@example.{('com', 'net', 'org')[host]}"


def _trading(pick: int, pool: Names, last: str, suburb: str) -> str:
    kind = pool.trading[pick // 2 % len(pool.trading)]
    return f"{suburb} {kind}" if pick % 2 else f"{last} {kind}"
