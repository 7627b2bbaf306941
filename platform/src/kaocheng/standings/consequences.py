"""What follows from a result (结果运用): the enabled packs are asked about each standing and its history."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from kaocheng.engine.sheet import PaperSheet
from kaocheng.engine.sheet import Standing as Ranked
from kaocheng.packs.shelf import TenantShelf
from kaocheng.packs.values import Standing
from kaocheng.standings.domain import Consequences, Consequent
from kaocheng.standings.register import by_rank

__all__ = ["follow"]


def follow(
    shelf: TenantShelf,
    paper: PaperSheet,
    year: int,
    history: Mapping[str, Sequence[Standing]],
    *,
    invented: bool = False,
) -> Consequences:
    """What each enabled pack says follows from a class's results; *history* is by unit, oldest first."""
    asked = [(standing, history.get(standing.unit, ())) for standing in _standings(paper, year)]
    answers = shelf.consequences(asked)
    return Consequences(
        each=tuple(
            Consequent(
                unit=standing.unit,
                unit_label=standing.unit_label,
                pack=heard.label,
                label=str(heard.answer.label),
                reason=str(heard.answer.reason),
                clause=heard.answer.clause,
                days=heard.answer.days,
            )
            for (standing, _past), said in zip(asked, answers.each, strict=True)
            for heard in said
        ),
        failures=tuple(map(str, answers.failures)),
        invented=invented,
    )


def _standings(paper: PaperSheet, year: int) -> Iterator[Standing]:
    last = max((rank for s in paper.standings if (rank := _rank(s)) is not None), default=None)
    for s in by_rank(paper):
        score = paper.value(s.unit, paper.total)
        yield Standing(
            year=year,
            unit=s.unit,
            paper=paper.code,
            grade=s.grade,
            rank=_rank(s),
            last=last is not None and last > 1 and _rank(s) == last,
            score=None if score is None else _decimal(score, paper.column[paper.total].decimals),
            unit_label=paper.labels.get(s.unit, s.unit),
        )


def _rank(standing: Ranked) -> int | None:
    return standing.rank if isinstance(standing.rank, int) else None


def _decimal(value: Fraction, decimals: int) -> Decimal:
    scaled = value * 10**decimals
    return Decimal(round(scaled)).scaleb(-decimals)
