"""The text that Prometheus reads: numbers with their kind, their help and their labels."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

MEDIA_TYPE = "text/plain; version=0.0.4"
_NO_LABELS: Mapping[str, str] = {}


@dataclass(frozen=True)
class Metric:
    """One number, or several that differ in their labels. ``kind`` is counter, gauge or summary.

    ``values`` are labels with a number, and what the name ends with there: ``_sum`` and ``_count`` of a summary.
    """

    name: str
    kind: str
    help: str
    values: Iterable[tuple[Mapping[str, str], float, str]]


def single(name: str, kind: str, help: str, value: float) -> Metric:
    """A number without labels."""
    return Metric(name, kind, help, [(_NO_LABELS, value, "")])


def metrics_text(metrics: Iterable[Metric]) -> str:
    """Write the metrics, each once with its kind and its help."""
    lines = []
    for metric in metrics:
        lines += [f"# HELP {metric.name} {metric.help}", f"# TYPE {metric.name} {metric.kind}"]
        lines += [f"{metric.name}{end}{_labels(labels)} {value:.15g}" for labels, value, end in metric.values]
    return "\n".join(lines) + "\n"


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items()) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
