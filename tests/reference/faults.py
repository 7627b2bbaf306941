"""Faults to plant in the product, each a few characters of a function: what the comparison must not miss."""

from __future__ import annotations
import __future__

import inspect
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from types import FunctionType
from typing import Any


@dataclass(frozen=True)
class Fault:
    """In a function of the engine, one text where another should be."""

    name: str
    where: str  # module:function, or module:class.method
    right: str
    wrong: str
    seed: int = 0  # one that tells, where few do

    def function(self) -> FunctionType:
        """The function it is planted in."""
        module, _, path = self.where.partition(":")
        found: Any = import_module(f"kaocheng.engine.{module}")
        for name in path.split("."):
            found = inspect.getattr_static(found, name)
        found = inner(found)
        assert isinstance(found, FunctionType)
        return found


def inner(found: Any) -> Any:
    """The function of a method or a property."""
    return getattr(found, "__func__", None) or getattr(found, "func", found)


@contextmanager
def planted(fault: Fault) -> Iterator[None]:
    """With the fault in the product, wherever the function has been imported to."""
    function = fault.function()
    source = textwrap.dedent(inspect.getsource(function))
    assert fault.right in source, (
        f"{fault.where} no longer says {fault.right!r}: plant “{fault.name}” elsewhere"
    )
    flags = __future__.annotations.compiler_flag
    made: dict[str, Any] = {}
    wrong = source.replace(fault.right, fault.wrong)
    exec(compile(wrong, fault.where, "exec", flags), function.__globals__, made)
    mended = function.__code__
    function.__code__ = inner(made[function.__name__]).__code__
    forget()
    try:
        yield
    finally:
        function.__code__ = mended
        forget()


def forget() -> None:
    """Drop what the engine remembers, or a fault would outlive itself."""
    engine = [module for name, module in sys.modules.items() if name.startswith("kaocheng.engine")]
    for one in {id(one): one for module in engine for one in vars(module).values()}.values():
        if callable(getattr(one, "cache_clear", None)):
            one.cache_clear()


FAULTS = [
    Fault("halves go down", "rounding:_steps", "(2 * above + below)", "(2 * above + below - 1)"),
    Fault(
        "halves go to the even neighbour",
        "rounding:half_up",
        "_steps(value, decimals)",
        "round(value * 10**decimals)",
        seed=135,
    ),
    Fault(
        "a leaf is rounded by round()",
        "marks:rounded",
        "return points",
        "return Exact.of([None if (v := value.fraction(i)) is None else Fraction(str(round(float(v),"
        " decimals))) for i in range(value.shape[0])], value.state) if value.shape else"
        " points",
    ),
    Fault(
        "a sum of floats",
        "sums:added",
        "return reduce(add, sums, ZERO)",
        "result = reduce(add, sums, ZERO)\n"
        "    return Exact.of([None if (v := result.fraction(i)) is None else Fraction(float(v)) for i in"
        " range(result.shape[0])], result.spread(result.shape[0]).state) if result.shape else result",
    ),
    Fault(
        "competition ranks are dense",
        "circles:ranks",
        "ranked(circle.codes, circle.within, ties,",
        "ranked(circle.codes, circle.within, 'dense',",
    ),
    Fault("ranks from the wrong end", "circles:ranks", "ties, highest_first)", "ties, not highest_first)"),
    Fault("a swapped direction", "methods.relative:efficacy", "if keys.down:", "if not keys.down:"),
    Fault("best is lowest", "methods.relative:to_best", "if keys.down:", "if not keys.down:"),
    Fault("above for from at a band of grades", "limits:within", "score >= bound", "score > bound"),
    Fault("an open end where a band is closed", "methods.absolute:_within", ">=", ">"),
    Fault("a target just met is missed", "methods.absolute:met", "'>='", "'>'"),
    Fault(
        "a quota of the eligible only",
        "grade:Grading.exact_quota",
        'band.get("of") == "eligible"',
        'band.get("of") != "eligible"',
    ),
    Fault(
        "a quota over all circles together",
        "ranking:Ranking.circle",
        'self.rule.get("within") or "paper"',
        '"paper"',
    ),
    Fault(
        "a quota rounded up",
        "grade:Grading.whole_places",
        "quota.floor()",
        "quota.ceil()",
    ),
    Fault(
        "the edge by the reverse of its chain",
        "ranking:Ranking.line_strength",
        "for step in nodes.listed(steps)",
        "for step in reversed(nodes.listed(steps))",
        seed=767,
    ),
    Fault(
        "a tie across the line takes its chances",
        "line:up_to",
        "power[at - 1] == power[at]",
        "power[at - 1] < 0",
        seed=88,
    ),
    Fault(
        "a promotion undoes a veto",
        "grade:Grading._move",
        "if shut is not None:",
        "if False:",
    ),
    Fault(
        "a barred unit takes a place",
        "grade:Grading.given",
        "open_to = open_to & ~shut",
        "pass",
    ),
    Fault("missing is zero", "nodes:_standing_in", "return Exact.nothing(MISSING)", "return ZERO"),
    Fault(
        "a cap before the entries are added",
        "adjust:_left",
        'caps["unit"], min(whole, caps["unit"])',
        'caps["unit"], sum((min(p, caps["unit"]) for p, _c in listed), Fraction(0))',
    ),
    Fault("the first entry of a matter, not the highest", "adjust:_highest", "-entries[n][0]", "n"),
    Fault(
        "redistribution by points and not by marks",
        "compose:upwards",
        "p.weight * full if takes",
        "full if takes",
    ),
    Fault("nothing redistributed", "compose:_closing", "rescaled * whole /", "rescaled * applicable /"),
    Fault(
        "a period's target is the year's",
        "handed_in:HandedIn.share",
        "return constant.fraction() or Fraction(0)",
        "return Fraction(1)",
    ),
    Fault(
        "the group without its unit",
        "circles:of_group",
        "circle.statistic(fold)",
        "circle.statistic(Fold('median'))",
    ),
    Fault(
        "reference units in the group",
        "run:Run._groups",
        "inside = self.members(scope.paper)",
        "inside = np.ones(len(self.units), bool)",
    ),
    Fault("bounds before difficulty", "marks:_bound", "if harder else most", "if False else most"),
    Fault(
        "the last row decides",
        "folded:_fold_rows",
        "return sum(values, Fraction(0)) / len(values)",
        "return values[-1]",
    ),
    Fault("a veto ends with its year", "vetoes:_reported", "when == period", "when == own", seed=109),
    Fault(
        "a mean counts a veto's zero where the node does not apply",
        "nodes:_of_points",
        " & ~_outside(run, here, len(run.units))",
        "",
        seed=43270,
    ),
    Fault("leaders go free", "vetoes:over", "if LEADERS in scopes(rule):", "if False:"),
    Fault(
        "a veto on leaders strikes the unit too", "vetoes:vetoed", "if UNIT not in scopes", "if 0 in scopes"
    ),
    Fault(
        "every paper's vetoes on whoever has the code",
        "vetoes:over",
        "_struck(run, other, code, period) & run.members(other)",
        "_struck(run, other, code, period)",
        seed=6088,
    ),
    Fault(
        "a class is as it began",
        "handed_in:HandedIn.word",
        'self.day(self.period if name == "class" else period)',
        '"" if name == "class" else self.day(period)',
    ),
    Fault(
        "attributes of the day the year began",
        "handed_in:HandedIn.day",
        "periods.last_day(period)",
        "periods.last_day(periods.previous(period))",
    ),
    Fault("an imported rate is a score", "imported:_Reading.taken", " / self._full(column)", ""),
    Fault("an imported rank counts equals", "imported:_Reading._rank", "p > own", "p >= own"),
    Fault("the first sheet for everybody", "imported:_sheets", "str(named.v[at])", "str(named.v[-1])"),
    Fault("whoever is in no sheet has nothing", "imported:value", "MISSING if v is None", "OK if v is None"),
    Fault("entries of any period", "handed_in:HandedIn.claims", "(claim.period or own) == period", "True"),
    Fault("what joins a folded node is lost", "nodes:stages", "value := value + joins", "value := value"),
    Fault(
        "last year's half is this year's",
        "recipe:Recipe.named",
        "return moved(str(known), int(period[:4]) - int(self.own_period(paper)[:4]))",
        "return str(known)",
        seed=310,
    ),
    Fault(
        "last year's x is the figure",
        "nodes:_last",
        'expression = parse(str(node["x"]))',
        'expression = Name(("last",))',
        seed=47,
    ),
    Fault(
        "a target of full marks unheard", "marks:full", 'if run.has_target(node.code, "full"):', "if False:"
    ),
    Fault("parts weigh alike", "nodes:_part_scope", "weight=part.weight,", "weight=compose.ONE,"),
    Fault("a rank just reached is missed", "limits:rank_within", "rank >= bound", "rank > bound"),
    Fault(
        "a quarter that is missing is left out",
        "functions:_over_time",
        "folded.put(gaps)",
        "folded",
        seed=130,
    ),
]
