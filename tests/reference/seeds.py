"""What a seed stands for: a random scheme, and for some seeds expressions or a corner of the language too."""

from __future__ import annotations

from collections.abc import Iterator

from .cases import Case
from .compare import disagreements
from .generate import random_case
from .generate_expressions import expression_case
from .themes import NAMES, themed_case

AGAIN = "python -m tests.reference.fuzz --seed"


def cases_of(seed: int) -> Iterator[Case]:
    """The cases of a seed."""
    yield random_case(seed)
    if seed % 3 == 0:
        yield expression_case(seed)
    if seed % 10 == 0:
        yield themed_case(NAMES[seed // 10 % len(NAMES)], seed)


def disagreement(case: Case, *, codes: bool = True) -> str:
    """What the two evaluators say differently about a case, with the case; nothing where they agree."""
    found = disagreements(case, codes=codes)
    if not found:
        return ""
    cells = "\n".join(str(one) for one in found[:20])
    return f"{case.name}: {len(found)} cells differ\n{cells}\n{case.scheme}"


def failure(seed: int) -> str:
    """What goes wrong with a seed, and how to see it again; nothing where all is well."""
    for case in cases_of(seed):
        try:
            said = disagreement(case, codes=seed % 5 != 2)
        except Exception as error:
            said = f"{case.name}: {type(error).__name__}: {error}\n{case.scheme}"
        if said:
            return f"again: {AGAIN} {seed}\n{said}"
    return ""
