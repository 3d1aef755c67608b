"""Every rule by its name. Options, reports and baselines use these names."""

from collections.abc import Mapping
from types import MappingProxyType

from contracts.rules import (
    access,
    collections,
    consistency,
    error_texts,
    input,
    lifecycle,
    openapi_core_judge,
    protocol,
    request_conformance,
    response_conformance,
    webhooks,
    wire_conformance,
)
from contracts.rules.rule import Rule

_MODULES = (
    response_conformance,
    wire_conformance,
    error_texts,
    openapi_core_judge,
    request_conformance,
    protocol,
    input,
    access,
    lifecycle,
    collections,
    consistency,
    webhooks,
)
_LINKS = Rule(
    "ensure_resource_availability", lifecycle.READ_BACK.group, "What was just created must be there",
    lifecycle.READ_BACK.provenance, lifecycle.READ_BACK.source,
)  # fmt: skip

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        rule.name: rule
        for rule in (*(value for module in _MODULES for value in vars(module).values()), _LINKS)
        if isinstance(rule, Rule)
    }
)
"""All rules by name. A check of the generator keeps the generator's name."""
