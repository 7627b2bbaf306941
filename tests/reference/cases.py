"""The comparison cases kept with the shared documents and beside this package, as inputs of `compute`."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
YUNLING = HERE / "data" / "yunling"
TRUTH = HERE / "data" / "truth"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One scheme and the files that go with it, as texts."""

    name: str
    scheme: str
    figures: str
    targets: str = ""
    groups: str = ""
    rows: str = ""
    claims: str = ""
    period: str = ""
    paper: str = ""
    sheets: Mapping[str, Case] = field(default_factory=dict)  # other assessments that it imports from

    def files(self) -> dict[str, str]:
        """The optional files that are there."""
        names = ("targets", "groups", "rows", "claims")
        return {name: getattr(self, name) for name in names if getattr(self, name)}


def yunling(period: str = "", paper: str = "") -> Case:
    """The sample county, its workbooks extracted."""
    read = {name: (YUNLING / f"{name}.csv").read_text(encoding="utf-8") for name in NAMES}
    scheme = (YUNLING / "scheme.toml").read_text(encoding="utf-8")
    return Case(name=f"yunling {period}", scheme=scheme, period=period, paper=paper, **read)


NAMES = ("figures", "targets", "groups", "rows", "claims")


def truth(name: str) -> tuple[Case, list[dict[str, str]]]:
    """A published result and what it should come to."""
    folder = TRUTH / name
    read = {part: (folder / f"{part}.csv").read_text(encoding="utf-8") for part in ("figures", "groups")}
    scheme = (folder / "scheme.toml").read_text(encoding="utf-8")
    with (folder / "expected.csv").open(encoding="utf-8", newline="") as file:
        return Case(name=name, scheme=scheme, **read), list(csv.DictReader(file))


TRUTHS = ("cn_single_cells", "coinr_asem", "freedom_house_fiw", "iaaf_decathlon")
