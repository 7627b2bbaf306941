"""What lint says of expressions: the slip, the character it is shown at, and the same without the slip."""

import pytest

from kaocheng.rulebook import Finding, lint, read_scheme

HEAD = """
[scheme]
code = "small-2026"
year = 2026
language = 2
round = { leaf = 2, total = 2 }
[periods]
half = "2026H1"
year = "2026"
[clauses]
"一" = "按完成率计分"
[figures]
roads = { label = "公路", collector = "交通局", unit = "公里", parts = { new = "新建", old = "改建" } }
grain = { label = "粮食", collector = "农业局", unit = "吨" }
rate = { label = "办结率", collector = "信访局", unit = "%" }
cases = { label = "案件", collector = "法院", unit = "件" }
mood = { label = "评价", collector = "考核办" }
[lists.task]
fields = { due = "date", done = "date", progress = "%" }
[methods.twice]
formula = "full * x / by"
keys = ["by"]
[papers.p.nodes]
total = { label = "总分", compose = "sum", clause = "一" }
used = { only_shown = true, formula = "roads.new + grain * rate * cases + mood", clause = "一" }
"""
RESULT = "[papers.p.results.overall]\n"


def found(rule: str) -> list[Finding]:
    return list(lint(read_scheme(HEAD + rule)))


def node(keys: str) -> str:
    """A node of these keys."""
    return f'a = {{ in = "total", {keys} }}\n'


# (the rule with «the slip» marked where it is shown, the same put right, its code)
SLIPS = {
    "no such figure": (node('formula = "«grian * 2"'), node('formula = "grain * 2"'), "unknown_name"),
    "no such part": (node('formula = "1 + «roads.nwe"'), node('formula = "1 + roads.new"'), "unknown_name"),
    "a node's plain name": (node('formula = "«total"'), node('formula = "score(used)"'), "unknown_name"),
    "parts' words outside parts": (
        node('formula = "«score + 1"'),
        node('formula = "parts.mean(score)", compose = "formula", of = ["used"]'),
        "unknown_name",
    ),
    "no such node": (node('formula = "score(«usde)"'), node('formula = "score(used)"'), "unknown_part"),
    "no such paper": (node('formula = "score(«q/used)"'), node('formula = "score(p/used)"'), "unknown_part"),
    "no such function": (
        node('formula = "«flor(grain)"'),
        node('formula = "floor(grain)"'),
        "unknown_function",
    ),
    "no such group function": (
        node('formula = "2 * «group.maen(grain)"'),
        node('formula = "2 * group.mean(grain)"'),
        "unknown_function",
    ),
    "no such period": (node('formula = "«grain@halff"'), node('formula = "grain@half"'), "unknown_period"),
    "too many values": (node('formula = "«abs(grain, 1)"'), node('formula = "abs(grain)"'), "wrong_count"),
    "too few values": (
        node('formula = "«if(grain > 1, 1)"'),
        node('formula = "if(grain > 1, 1, 0)"'),
        "wrong_count",
    ),
    "no value": (node('formula = "«target()"'), node('formula = "target(grain)"'), "wrong_count"),
    "a group of nothing": (
        node('formula = "«group.nth(grain)"'),
        node('formula = "group.nth(grain, 1)"'),
        "wrong_count",
    ),
    "a condition for a number": (
        node('formula = "«grain > 3"'),
        node('formula = "if(grain > 3, 1, 0)"'),
        "wrong_kind",
    ),
    "a number for a condition": (
        node('formula = "grain", applies = "«grain"'),
        node('formula = "grain", applies = "grain > 0"'),
        "wrong_kind",
    ),
    "a word for a condition": (
        node("""formula = "grain", only_if = "«'是'\""""),
        node("""formula = "grain", only_if = "unit.kind = '是'\""""),
        "wrong_kind",
    ),
    "a number among conditions": (
        node('formula = "if(«grain and cases > 1, 1, 0)"'),
        node('formula = "if(grain > 0 and cases > 1, 1, 0)"'),
        "wrong_kind",
    ),
    "a word ordered": (
        node("""formula = "if(«unit.kind > '乡', 1, 0)\""""),
        node("""formula = "if(unit.kind = '乡', 1, 0)\""""),
        "wrong_kind",
    ),
    "a word added": (node("""formula = "grain + «'乡'\""""), node('formula = "grain + 1"'), "wrong_kind"),
    "a number against a word": (
        node("""formula = "if(«(grain + 1) = '乡', 1, 0)\"""").replace("(«(", "((«"),
        node("""formula = "if((grain + 1) = 2, 1, 0)\""""),
        "wrong_kind",
    ),
    "two kinds out of an if": (
        node("""formula = "1 + «if(grain > 1, 1, '乡')\""""),
        node("""formula = "1 + if(grain > 1, 1, 0)\""""),
        "wrong_kind",
    ),
    "a number for a day": (
        node('formula = "days(«30, unit.since)"'),
        node('formula = "days(unit.begun, unit.since)"'),
        "wrong_kind",
    ),
    "a day against what is none": (
        node("""formula = "if(task.count(«due > '2026年10月') > 1, 1, 0)\""""),
        node("""formula = "if(task.count(due > '2026-10-31') > 1, 1, 0)\""""),
        "wrong_kind",
    ),
    "an amount against a day": (
        node("""formula = "if(«grain > '2026-10-31', 1, 0)\""""),
        node("""formula = "if(task.count('2026-10-31' < done) > 1, 1, 0)\""""),
        "wrong_kind",
    ),
    "% compared with a share": (
        node('formula = "if(«rate >= 60%, 1, 0)"'),
        node('formula = "if(rate >= 60, 1, 0)"'),
        "unlike_measures",
    ),
    "money added to %": (
        node('formula = "«grain + rate"'),
        node('formula = "grain + rate / 100 * grain"'),
        "unlike_measures",
    ),
    "a ratio compared with points": (
        node('formula = "if(«grain / target(grain) >= 60, 1, 0)", undefined = "zero"'),
        node('formula = "if(grain / target(grain) >= 60%, 1, 0)", undefined = "zero"'),
        "unlike_measures",
    ),
    "a limit in % of a figure in %": (
        node('full = 5, x = "rate", method = "bands", bands = [{ «from = "95%", gives = 5 }], else = 0'),
        node('full = 5, x = "rate", method = "bands", bands = [{ from = 95, gives = 5 }], else = 0'),
        "unlike_measures",
    ),
    "a step in % of a figure in %": (
        node(
            'full = 5, x = "rate", target = 100, method = "shortfall", steps = "up", «each = "1%", deduct = 1'
        ),
        node('full = 5, x = "rate", target = 100, method = "shortfall", steps = "up", each = 1, deduct = 1'),
        "unlike_measures",
    ),
    "a target in % of a figure in %": (
        node('full = 5, x = "rate", method = "met", «target = "95%"'),
        node('full = 5, x = "rate", method = "met", target = 95'),
        "unlike_measures",
    ),
    "a target of another measure": (
        node('full = 5, x = "rate", method = "met", «target = "target(grain)"'),
        node('full = 5, x = "rate", method = "met", target = "target(rate)"'),
        "unlike_measures",
    ),
    "a divisor that could be zero": (
        node('formula = "grain / «target(grain)"'),
        node('formula = "grain / target(grain)", undefined = "zero"'),
        "undefined",
    ),
    "a divisor of a let": (
        node('let = { g = "grain / «grain@half" }, formula = "g"'),
        node('let = { g = "grain / (cases + 1)" }, formula = "g"'),
        "undefined",
    ),
    "a divisor of a method called": (
        node('formula = "ratio(grain, to = «roads.new)"'),
        node('formula = "ratio(grain, to = 20)"'),
        "undefined",
    ),
    "a divisor of one's own method": (
        node('full = 1, x = "grain", method = "twice", by = "cases"').replace("a = ", "«a = "),
        node('full = 1, x = "grain", method = "twice", by = "cases + 1"'),
        "undefined",
    ),
    "a divisor that is zero": (
        node('formula = "grain / «0"'),
        node('formula = "grain / 2"'),
        "divided_by_zero",
    ),
    "a step of nothing": (
        node('full = 5, x = "rate", target = 100, method = "shortfall", steps = "up", «each = 0, deduct = 1'),
        node('full = 5, x = "rate", target = 100, method = "shortfall", steps = "up", each = 2, deduct = 1'),
        "divided_by_zero",
    ),
    "a key no method has": (
        node('full = 9, formula = "efficacy(grain, start = 0, strat = «60%)"'),
        node('full = 9, formula = "efficacy(grain, start = 60%)"'),
        "unknown_key",
    ),
    "a share without %": (
        node('full = 9, formula = "efficacy(grain, start = «60)"'),
        node('full = 9, formula = "efficacy(grain, start = 60%)"'),
        "bare_share",
    ),
    "a word no method knows": (
        node("full = 9, formula = \"rank_steps(grain, step = 1, ties = «'dence')\""),
        node("full = 9, formula = \"rank_steps(grain, step = 1, ties = 'dense')\""),
        "unknown_word",
    ),
    "a key of a method called that is missing": (
        node('full = 9, formula = "«rank_steps(grain)"'),
        node('full = 9, formula = "rank_steps(grain, step = 1)"'),
        "missing_key",
    ),
    "nothing to measure": (
        '«a = { in = "total", full = 9, method = "met", target = 1 }\n',
        node('full = 9, method = "met", target = 1, x = "grain"'),
        "no_x",
    ),
    "a part in a table that the figure lacks": (
        node('full = 9, x = "roads", method = "deduct", per = { «nwe = 1 }'),
        node('full = 9, x = "roads", method = "deduct", per = { new = 1 }'),
        "unknown_name",
    ),
    "a let of itself": (
        node('let = { «g = "g + 1" }, formula = "g"'),
        node('let = { g = "grain + 1" }, formula = "g"'),
        "cycle",
    ),
    "a rank over roots": (
        node('formula = "group.rank(«sqrt(grain))"'),
        node('formula = "group.rank(round(sqrt(grain), 4))"'),
        "rough_rank",
    ),
    "ranked by what is never rounded": (
        node('formula = "ln(grain + 1)", «rank = true'),
        node('formula = "ln(grain + 1)", rank = true, round = 4'),
        "rough_rank",
    ),
    "a tie broken by what is never rounded": (
        node('formula = "ln(grain + 1)"') + RESULT + 'break = [«"a"]',
        node('formula = "ln(grain + 1)", round = 3') + RESULT + 'break = ["a"]',
        "rough_rank",
    ),
    "both node and figure": (
        node('formula = "1"') + 'cases = { in = "total", method = "given" }\n' + RESULT + 'if = "«cases > 1"',
        node('formula = "1"')
        + 'cases = { in = "total", method = "given" }\n'
        + RESULT
        + 'if = "score(cases) > 1"',
        "either_name",
    ),
    "no such name after the total": (
        node('formula = "1"') + RESULT + 'if = "1 < «usde"',
        node('formula = "1"') + RESULT + 'if = "1 < used"',
        "unknown_name",
    ),
    "a group where the unit has none": (
        node('formula = "1 + «at(unit.parent, group.mean(grain))"'),
        node('formula = "1 + group.mean(at(unit.parent, grain))"'),
        "compared_elsewhere",
    ),
    "a group behind a name": (
        node("let = { front = 'grain / group.max(grain)' }, formula = \"«at('全市', front)\", undefined = 1"),
        node("let = { front = 'grain / 9' }, formula = \"at('全市', front)\""),
        "compared_elsewhere",
    ),
    "a method that compares": (
        node("formula = \"«at('全市', efficacy(grain, start = 60%))\""),
        node("formula = \"at('全市', efficacy(grain, start = 60%, lo = 1, hi = 9))\""),
        "compared_elsewhere",
    ),
    "no such name in a check": (
        node('formula = "1"') + '[checks.c]\nfigure = "cases"\nwhen = "it > «grian"',
        node('formula = "1"') + '[checks.c]\nfigure = "cases"\nwhen = "it > grain / 2"\n',
        "unknown_name",
    ),
}


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_shown_at_its_character_and_put_right_it_is_gone(name: str) -> None:
    marked, right, code = SLIPS[name]
    slip = marked.replace("«", "")
    before = (HEAD + marked).split("«")[0]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")

    said = found(slip)
    assert [f.code for f in said] == [code]
    assert (said[0].place.line, said[0].place.column) == (line, column)
    assert said[0].reason
    assert found(right) == []


def test_a_character_in_a_text_of_several_lines_is_found() -> None:
    (only,) = found('a.in = "total"\na.formula = """\n  if(grain > 1,\n     grian, 0)"""\n')
    assert (only.place.line - HEAD.count("\n"), only.place.column) == (4, 6)


# -- divisors that cannot be zero are not asked about ----------------------------------------------------

SAFE = (
    'formula = "if(grain = 0, 0, 5 / grain)"',
    'formula = "if(grain > 0 and cases > 0, 5 / grain / cases, 0)"',
    'formula = "if(not (grain <= 0), 5 / grain, 0)"',
    'formula = "if(grain = 0 or cases < 1, 0, 5 / (grain * cases))"',
    'formula = "if(roads.new = roads.old, 0, 1 / (roads.new - roads.old))"',
    'formula = "if(grain <= 5, 0, 1 / (grain - 2))"',
    'formula = "if(grain = 6, 1 / (grain - 2), 0)"',
    'formula = "otherwise(5 / grain, 0)"',
    'formula = "5 / max(grain, 1)"',
    'formula = "5 / (cases + 1)"',
    'formula = "5 / (1 + sum(roads, cases * 0) * 0 + 1) * 0 + 5 / exp(grain)"',
    'formula = "5 / group.count(grain)"',
    'formula = "5 / group.rank(grain)"',
    'formula = "5 / grain", only_if = "grain > 0"',
    'formula = "5 / grain", applies = "grain != 0"',
    'full = 5, x = "grain", method = "completion", target = 20',
    'full = 5, x = "grain", method = "completion", target_zero = "full"',
    'full = 5, x = "grain", method = "completion", applies = "target > 0"',
    'full = 5, x = "grain", method = "ratio", to = "100 + 20"',
    'full = 5, x = "grain", method = "between", base = 3, target = 9',
    'full = 9, method = "cases", cases = [{ when = "grain <= 0", gives = 0 }], else = "5 / grain"',
    'full = 9, method = "cases", cases = [{ when = "grain <= 0", gives = 0 },'
    ' { when = "cases > 3", gives = "5 / (grain * cases)" }], else = 0',
    'full = 9, x = "rate", method = "bands", bands = [{ from = 90, gives = 9 },'
    ' { from = 60, gives = "full * (x - lo) / (hi - lo)" }], else = 0',
)


@pytest.mark.parametrize("keys", SAFE)
def test_a_divisor_that_cannot_be_zero_is_not_asked_about(keys: str) -> None:
    assert [f for f in found(node(keys)) if f.code != "unused_figure"] == []


@pytest.mark.parametrize(
    "keys",
    [
        'formula = "if(grain >= 0, 5 / grain, 0)"',
        'formula = "if(grain = 0, 5 / grain, 0)"',
        'formula = "if(grain > 0 or cases > 0, 5 / grain, 0)"',
        'formula = "if(grain > 1, 1 / (grain - 2), 0)"',
        'formula = "if(grain <= 5, 1 / (grain - 2), 0)"',
        'formula = "if(cases > 5, 1 / (grain - 2), 0)"',
        'formula = "otherwise(1, 5 / grain)"',
        'formula = "5 / (grain + 1)"',  # grain may be −1: only counts are never below zero
        'formula = "5 / (cases - 1)"',
        'full = 5, x = "grain", method = "inverse", target = 3',
        'full = 5, x = "grain", method = "to_best", direction = "down"',
        'full = 5, x = "grain", method = "between", base = 3',
    ],
)
def test_one_that_can_be_zero_is(keys: str) -> None:
    assert [f.code for f in found(node(keys)) if f.code != "unused_figure"] == ["undefined"]


@pytest.mark.parametrize(
    "formula",
    [
        "40% * grain + 60% * efficacy((roads.new - roads.old) / max(roads.old, 1), start = 60%) * grain",
        "if(rate - rate@last_year > 5, 1, 0)",
        "if((rate - 90) / 10 > 1, 1, 0)",
        "if(rate / 100 > 60%, 1, 0)",
        "if(grain / max(grain@last_year, 1) * 100 > rate, 1, 0)",
        "rate * grain + cases * roads.new",
        "max(rate, 0) + min(rate, 100)",
        "sum(roads, it * 2)",
        "count(roads, it >= 9)",
        "sum(cases, month)",
        "if(unit.kind = '山区' and is_missing(mood), 1, 0)",
        "if(mood = '好', 1, 0)",
        "group(zone).mean(rate) - rate",
        "at('全市', rate) - rate",
        "at(unit.parent, rate)",
        "task.sum(progress / 100)",
        "task.count(days(due, done) > 0)",
        "task.count(done <= '2026-10-31')",
        "task.nth(progress, ceil(task.count() / 2)) + task.sd(progress, 'population')",
        "otherwise(target(rate, 'stretch'), 98)",
        "if(used.rank <= 3, 1, 0)",
        "if(grade(overall) = '优', 1, 0)",
        "score(used@previous) + rate(used)",
        "full * power(2, 3)",
    ],
)
def test_what_makes_sense_is_passed_over_in_silence(formula: str) -> None:
    rule = node(f'full = 9, x = "grain", formula = "{formula}"') + RESULT
    bands = 'bands = [{ grade = "优", from = 9 }, { grade = "良" }]\n'
    assert [f for f in found(rule + bands) if f.code != "undefined"] == []
