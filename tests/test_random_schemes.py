"""The random schemes say what the language can say, often enough, and mostly come to numbers."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter

from .reference.checks import Refused
from .reference.compare import expected
from .reference.generate import random_case

MANY = 1000
ENOUGH = 15  # schemes in a thousand
METHODS = """given convert completion met ratio shortfall around control inverse between interpolate bands
progressive interval cases deduct count status checklist choice efficacy to_best to_mean rank_steps rank_line
rank_table rank_gain share z ballots raters track blend"""
COMPOSITIONS = """sum weighted mean weighted_mean rescale product min max best geometric harmonic formula
inherit"""
KEYS = """direction times not_below not_above excess_to only_if otherwise applies missing not_applicable
undefined round rate_round rows fold across rank show only_shown group let formula full target base
least over target_zero is each deduct steps at_target rate knots beyond else start symmetric lo hi
outer_lo outer_hi per first then most coefficients elements choices equal clamped at_mean mean_of
step ties first_gets last_gets alone table from_end rest spread sd values leave_out issued turnout
classes trim severity n take available weight of like drop highest_only levels window limits bars
at_most down grade zero when for_years by within break apart if bands from above at_least_one
with_above round_first rank_to rank_from pool edge still_tied shift promote figure then say keys
defaults scope sheet paper node as"""
SAID = {
    "another period": r"@last_year|@previous|@half",
    "another paper": r"p/total",
    "a reference unit": r"at\('city'",
    "the unit above": r"at\(unit\.parent",
    "a node's score": r"score\(n|score\(c",
    "a node's rate": r"rate\(",
    "a node's rank": r"[nc]\d+\.rank",
    "parts of a composition": r"parts\.(mean|sum|count|min|max|sd)",
    "rows of a list": r"task\.(count|sum|mean|max|min)",
    "another group": r"group\(zone\)",
    "the others": r"others\.",
    "a portion": r"group\.portion",
    "roots and logarithms": r"sqrt|power|ln\(|exp\(",
    "a method as a function": r"= \"[^\"]*(efficacy|rank_steps|shortfall|completion)\(x",
    "an own method as a function": r"track\(x",
    "a quarter or a range of months": r"@q1|@nine",
    "an expression over months": r", month\)",
    "target of another period": r"target\([^)]*@",
    "a grade": r"grade\(overall",
    "days": r"days\(",
    "words handed in": r"[nx] (!?=) '[好中差]'|\(§?n?\d* ?= '好'",
    "other circles": r"group\((class|all|zone, class)\)|others\(zone\)",
    "the value at the unit above": r"at\(unit\.parent, [nx]",
    "a method over peers as a function": r"(share|rank_line|to_mean|z|rank_gain)\(x",
    "a method asked about another period": r"(completion|between)\(n\d+@",
    "a call with its own direction": r"direction = down\)",
    "a composition over quarters": r'compose = [^\n]*across = "quarter"',
    "parts that do not apply as a whole": r"compose = [^\n]*applies = ",
    "weights that stay open": r"open = true",
    "parts in a list": r'of = \["',
    "rows with their own difficulty": r'rows = "task"[^\n]*times = ',
    "rows ranked": r'rows = "task"[^\n]*rank = ',
    "a cap of each unit": r'most = ("unit|\{ unit = "unit)',
    "an amount by a score": r'kind = [^\n]*formula = "[^"]*(score|rate)\(',
    "a veto by a score": r'when = "[^"]*(score|rate)\(',
    "places by attribute": r'most = "unit\.quota',
    "a line by expression": r'from = "',
    "a result of another period": r'(by = "items@|break = \["items@|edge = \{ by = \["items@)',
    "codes of digits": r"(?m)^01\d\d,",
    "a percentage in a cell": r"(?m)^\w+,\w+,[\d.]+%,",
    "months": r'across = "month"',
    "quarters": r'across = "quarter"',
    "weights of periods": r"fold = \{ q1",
    "words for zero targets": r"full_if_zero",
    "own rate": r"own_rate",
    "the mean of the group for a gap": r"group_mean",
    "last period for a gap": r"last_period",
    "another assessment": r'method = "import"',
    "another assessment in an expression": r"import\(sheet",
    "each unit's own other assessment": r'sheet = "unit\.',
    "a share of full marks elsewhere": r'as = "rate"',
    "a rank elsewhere": r'as = "rank"',
    "a grade elsewhere": r'as = "grade"',
    "vetoes on leaders": r'scope = (\[|"leaders)',
    "an expression over quarters": r", quarter\)",
    "weights of parts": r"score \* weight",
    "a rank that each unit must reach": r'rank_(from|to) = "',
    "last year's value": r"[^@\w]last[^_\w]",
    "an x that is an expression": r' x = "[^"]*[-+*/]',
    "full marks of each unit": r'full = "unit\.',
    "full marks handed in": r"(?m)^u\d+,n\d+,full,",
    "a class that changes": r"(?m)^[uv]\d+,[甲乙丙],.*,20\d\d-\d\d-\d\d$",
    "an entry of the half-year": r"(?m)^u\d+,(bonus|minus),.*,2026H1$",
    "an entry that joins what is folded": r'across = .*\n(.*\n)*minus = [^\n]*to = "n',
}


def test_every_word_of_the_language_is_said_often_enough() -> None:
    said: Counter[str] = Counter()
    for seed in range(MANY):
        case = random_case(seed)
        text = "\n".join([case.scheme, case.figures, case.targets, case.groups, case.claims])
        said.update(f"method {word}" for word in set(re.findall(r'method = "(\w+)"', text)))
        said.update(f"compose {word}" for word in set(re.findall(r'compose = "(\w+)"', text)))
        said.update(f"key {word}" for word in set(re.findall(r"(?:^|[{,] )(\w+) = ", text, re.M)))
        said.update(name for name, pattern in SAID.items() if re.search(pattern, text))
    wanted = [f"method {word}" for word in METHODS.split()]
    wanted += [f"compose {word}" for word in COMPOSITIONS.split()]
    wanted += [f"key {word}" for word in KEYS.split()]
    assert {name: said[name] for name in [*wanted, *SAID] if said[name] < ENOUGH} == {}


def test_most_runs_come_to_numbers() -> None:
    """Gaps and refusals are tried too, but a scheme that only refuses tells nothing."""
    scores: list[str] = []
    refused = 0
    for seed in range(100):
        case = random_case(seed)
        try:
            papers = expected(case, codes=False)
        except Refused:
            refused += 1
            continue
        for text in papers.values():
            scores += [row["score"] for row in csv.DictReader(io.StringIO(text))]
    assert refused < 10
    assert sum(score not in ("", "/") for score in scores) > len(scores) * 0.6
