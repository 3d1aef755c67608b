"""The rules of ``spec diff``: every kind of change, with its grade where the client sends and where it receives."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from contracts.changes.grades import Grade, Side

B, A, U = Grade.BROKEN, Grade.AFFECTED, Grade.UNAFFECTED


class Concern(StrEnum):
    """The uses of an operation that a change can hurt."""

    OPERATION = "the operation is called"
    STATUS = "the status is answered"
    PART = "the part is sent or read"
    LACKING = "a request does not have the part"


@dataclass(frozen=True)
class ChangeRule:
    """One kind of change. ``request`` grades it in what a client sends, ``answer`` in what a client receives."""

    id: str
    title: str
    request: Grade
    answer: Grade
    concern: Concern = Concern.PART
    if_used: Grade | None = None
    """The grade where the client is known to use the part; None if it is the same."""
    by_client: bool = False
    """True if the kind of the client decides on the grade in an answer."""

    def grade(self, side: Side) -> Grade:
        """The grade on one side, for a client of which nothing is known."""
        return self.answer if side is Side.ANSWER else self.request


def _operations() -> Iterator[ChangeRule]:
    whole = Concern.OPERATION
    yield ChangeRule("operation-removed", "The operation is gone", B, B, whole)
    yield ChangeRule("operation-added", "There is a new operation", U, U, whole)
    yield ChangeRule("operation-deprecated", "The operation is deprecated now", U, U, whole)
    yield ChangeRule("operation-reinstated", "The operation is no longer deprecated", U, U, whole)
    yield ChangeRule("operation-id-changed", "The operationId is another one, which names methods of generated clients",
                     U, U, whole)  # fmt: skip
    yield ChangeRule("base-path-changed", "All paths begin in another way", B, B, whole)
    yield ChangeRule("server-changed", "The first server is another host", A, A, whole)
    yield ChangeRule("webhook-removed", "The webhook is gone", B, B, whole)
    yield ChangeRule("webhook-added", "There is a new webhook", U, U, whole)
    yield ChangeRule("security-added", "The operation needs a key now", B, B, whole)
    yield ChangeRule("security-removed", "The operation needs no key any more", U, U, whole)
    yield ChangeRule("security-changed", "No way to show a key is accepted any more that was before", B, B, whole)
    yield ChangeRule("security-option-added", "There is one more way to show a key", U, U, whole)
    yield ChangeRule("security-option-removed", "There is one way less to show a key", A, A, whole)
    yield ChangeRule("scope-added", "A key needs a further scope", A, A, whole)
    yield ChangeRule("scope-removed", "A key needs a scope less", U, U, whole)


def _requests() -> Iterator[ChangeRule]:
    whole, lacking = Concern.OPERATION, Concern.LACKING
    yield ChangeRule("required-parameter-added", "There is a new parameter that every request needs", B, U, whole)
    yield ChangeRule("optional-parameter-added", "There is a new parameter", U, U)
    yield ChangeRule("parameter-removed", "The parameter is no longer documented", A, U, if_used=B)
    yield ChangeRule("parameter-moved", "The parameter stands in another place of the request", B, U)
    yield ChangeRule("parameter-became-required", "Every request needs the parameter now", B, U, lacking)
    yield ChangeRule("parameter-became-optional", "The parameter can be left out now", U, U)
    yield ChangeRule("parameter-style-changed", "Lists or objects in the parameter are written in another way", B, U)
    yield ChangeRule("parameter-deprecated", "The parameter is deprecated now", U, U)
    yield ChangeRule("parameter-reinstated", "The parameter is no longer deprecated", U, U)
    yield ChangeRule("required-body-added", "Every request needs a body now", B, U, whole)
    yield ChangeRule("optional-body-added", "A request can have a body now", U, U)
    yield ChangeRule("body-removed", "A request has no body any more", B, U)
    yield ChangeRule("body-became-required", "Every request needs its body now", B, U, lacking)
    yield ChangeRule("body-became-optional", "The body can be left out now", U, U)


def _answers() -> Iterator[ChangeRule]:
    status = Concern.STATUS
    yield ChangeRule("media-type-added", "There is a further media type", U, U, status)
    yield ChangeRule("media-type-removed", "The media type is gone", B, B, status)
    yield ChangeRule("schema-added", "The body has a schema now", B, U, status)
    yield ChangeRule("schema-removed", "The body has no schema any more", U, A, status)
    yield ChangeRule("success-status-added", "There is a new status for success", U, A, Concern.OPERATION)
    yield ChangeRule("success-status-removed", "The status for success is gone", B, B, status)
    yield ChangeRule("error-status-added", "There is a new status for an error", U, U, Concern.OPERATION)
    yield ChangeRule("error-status-removed", "The status for an error is gone", U, A, status)
    yield ChangeRule("header-added", "The answer has a new header", U, U)
    yield ChangeRule("required-header-removed", "A header that every answer had is gone", U, B)
    yield ChangeRule("optional-header-removed", "A header of the answer is gone", U, A, if_used=B)
    yield ChangeRule("header-became-optional", "A header that every answer had can be missing", U, B)
    yield ChangeRule("header-became-required", "Every answer has the header now", U, U)


def _properties() -> Iterator[ChangeRule]:
    yield ChangeRule("required-property-added", "There is a new field that every object has", B, U, Concern.LACKING)
    yield ChangeRule("optional-property-added", "There is a new field", U, U)
    yield ChangeRule("required-property-removed", "A field that every object had is gone", A, B, if_used=B)
    yield ChangeRule("optional-property-removed", "A field is gone", A, A, if_used=B)
    yield ChangeRule("property-forbidden", "A field is gone, and other fields are refused", B, U)
    yield ChangeRule("property-became-required", "Every object has the field now", B, U, Concern.LACKING)
    yield ChangeRule("property-became-optional", "The field can be missing", U, B)
    yield ChangeRule("property-became-read-only", "The field is read-only now, so what is sent is ignored", A, U,
                     if_used=B)  # fmt: skip
    yield ChangeRule("property-deprecated", "The field is deprecated now", U, U)
    yield ChangeRule("property-reinstated", "The field is no longer deprecated", U, U)
    yield ChangeRule("object-closed", "Fields that the document does not name are refused", A, U)
    yield ChangeRule("object-opened", "Fields that the document does not name are allowed", U, U)
    yield ChangeRule("further-fields-narrowed", "Fields that the document does not name have a schema now", B, U)
    yield ChangeRule("further-fields-widened", "Fields that the document does not name have no schema any more", U, A)


def _values() -> Iterator[ChangeRule]:
    yield ChangeRule("type-changed", "The type is another one", B, B)
    yield ChangeRule("type-widened", "Values of more types are allowed", U, B)
    yield ChangeRule("type-narrowed", "Values of fewer types are allowed", B, U)
    yield ChangeRule("became-nullable", "The value can be null", U, B)
    yield ChangeRule("became-not-nullable", "The value cannot be null any more", B, U)
    yield ChangeRule("enum-value-added", "There is a new word in the list of values", U, A, by_client=True)
    yield ChangeRule("enum-value-removed", "A word is gone from the list of values", B, U)
    yield ChangeRule("enum-replaced", "None of the values is left that were listed", B, B)
    yield ChangeRule("enum-added", "Only the listed values are allowed now", B, U)
    yield ChangeRule("enum-removed", "Values are no longer listed: any can come", U, A, by_client=True)
    yield ChangeRule("default-changed", "A value that is left out means something else", A, U, Concern.LACKING)
    yield ChangeRule("format-changed", "The format is another one", B, B)
    yield ChangeRule("format-widened", "The format has more values", U, B)
    yield ChangeRule("format-narrowed", "The format has fewer values", B, U)
    yield ChangeRule("format-added", "The value has a format now", B, U)
    yield ChangeRule("format-removed", "The value has no format any more", U, A)
    yield ChangeRule("pattern-added", "The text has a pattern now", B, U)
    yield ChangeRule("pattern-removed", "The text has no pattern any more", U, A)
    yield ChangeRule("pattern-changed", "The pattern is another one", A, A)
    yield ChangeRule("multiple-of-added", "The number has a step now", B, U)
    yield ChangeRule("multiple-of-removed", "The number has no step any more", U, A)
    yield ChangeRule("multiple-of-changed", "The step of the number is another one", A, A)
    yield ChangeRule("unique-items-added", "The items must be unique now", B, U)
    yield ChangeRule("unique-items-removed", "The items can repeat", U, A)
    yield ChangeRule("choice-added", "The value is one of several schemas now", B, U)
    yield ChangeRule("choice-removed", "The value is no longer one of several schemas", U, A)
    yield ChangeRule("alternative-added", "There is a further schema that the value can have", U, A, by_client=True)
    yield ChangeRule("alternative-removed", "The value cannot have one of the schemas any more", B, U)
    yield ChangeRule("keyword-added", "A further rule of JSON Schema restricts the value", B, U)
    yield ChangeRule("keyword-removed", "A rule of JSON Schema no longer restricts the value", U, A)
    yield ChangeRule("keyword-changed", "A rule of JSON Schema restricts the value in another way", A, A)


UPPER: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "maximum": ("maximum", "largest number"),
        "maxLength": ("max-length", "greatest length"),
        "maxItems": ("max-items", "greatest number of items"),
        "maxProperties": ("max-properties", "greatest number of fields"),
        "maxContains": ("max-contains", "greatest number of items that fit `contains`"),
    }
)
"""Upper bounds of JSON Schema: their word in rule ids, and their meaning."""
LOWER: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "minimum": ("minimum", "smallest number"),
        "minLength": ("min-length", "smallest length"),
        "minItems": ("min-items", "smallest number of items"),
        "minProperties": ("min-properties", "smallest number of fields"),
        "minContains": ("min-contains", "smallest number of items that fit `contains`"),
    }
)
"""Lower bounds of JSON Schema: their word in rule ids, and their meaning."""


def _bounds() -> Iterator[ChangeRule]:
    for bounds, tighter, looser in ((UPPER, "lowered", "raised"), (LOWER, "raised", "lowered")):
        for word, meaning in bounds.values():
            yield ChangeRule(f"{word}-added", f"The {meaning} is limited now", A, U)
            yield ChangeRule(f"{word}-removed", f"The {meaning} is no longer limited", U, A)
            yield ChangeRule(f"{word}-{tighter}", f"The {meaning} is {tighter}", B, U)
            yield ChangeRule(f"{word}-{looser}", f"The {meaning} is {looser}", U, A)


CHANGE_RULES: Mapping[str, ChangeRule] = MappingProxyType(
    {
        rule.id: rule
        for rules in (_operations(), _requests(), _answers(), _properties(), _values(), _bounds())
        for rule in rules
    }
)
"""Every rule by its id."""
