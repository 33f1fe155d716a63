"""Figures in the text format of Prometheus, version 0.0.4.

https://prometheus.io/docs/instrumenting/exposition_formats/: a HELP and a TYPE line for each metric, then its samples;
backslash and line feed are escaped in help texts, the quotation mark too in labels; the last line ends as all do.
"""

import math
from collections.abc import Iterable

from campaigns.reports import figures

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def written(families: Iterable[figures.Family]) -> str:
    """All figures, each as a gauge: whatever we count can also go down."""
    lines: list[str] = []
    for family in families:
        lines += [f"# HELP {family.name} {_escaped(family.help)}", f"# TYPE {family.name} gauge"]
        lines += [f"{family.name}{_labels(labels)} {_number(value)}" for labels, value in family.samples]
    return "".join(f"{line}\n" for line in lines)


def _labels(labels: dict[str, str]) -> str:
    quote = '\\"'
    told = [f'{name}="{_escaped(value).replace(chr(34), quote)}"' for name, value in labels.items()]
    return f"{{{','.join(told)}}}" if told else ""


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def _number(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if float(value).is_integer() else repr(float(value))
