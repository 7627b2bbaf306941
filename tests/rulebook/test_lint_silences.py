"""What used to pass in silence, or was said so that nobody knew what to do: each with its sentence."""

from collections.abc import Mapping
from typing import Any

import pytest

from kaocheng.engine import score
from kaocheng.engine.inputs import Figure, Inputs, Unit
from kaocheng.rulebook import BadScheme, lint, read_scheme

HEAD = """
[scheme]
code = "small-2026"
year = 2026
round = { leaf = 2, total = 2 }
[clauses]
"一" = "原文"
[figures]
grain = { label = "粮食", collector = "农业局" }
race = { label = "赛龙舟", collector = "文体局", parts = { time = "成绩", rank = "名次" } }
[papers.p]
period = "2026"
[papers.p.nodes]
total = { label = "总分", compose = "sum", full = 10 }
race = { label = "赛事", only_shown = true, formula = "11 - race.rank", clause = "一" }
"""


def said(node: str, head: str = HEAD, after: str = "") -> list[tuple[str, str]]:
    """Code and sentence of each finding for one more node of the total."""
    text = f'{head}grain = {{ in = "total", {node}, clause = "一" }}\n{after}'
    return [(finding.code, finding.reason + finding.remedy) for finding in lint(read_scheme(text))]


@pytest.mark.parametrize(
    ("node", "code", "sentence"),
    [
        (
            'full = 10, method = "given", formula = "grain"',
            "two_ways",
            "“粮食”既写了 method 又写了 formula请只留一个",
        ),
        (
            'full = 10, method = "given", compose = "mean", of = ["race"]',
            "two_ways",
            "既写了 method 又写了 compose",
        ),
        (
            'compose = "mean", of = ["race"], full = 10, formula = "grain"',
            "two_ways",
            "既写了 compose 又写了 formula",
        ),
        ('method = "to_best", undefined = "zero"', "no_full", "“粮食”按分值计分,没有写分值请写 full"),
        ('compose = "rescale", of = ["race"], undefined = "zero"', "no_full", "没有写分值请写 full"),
        (
            'full = 10, method = "cases", cases = [{ when = "grain > 2", gives = 5 }]',
            "no_else",
            "“粮食”的各种情形都不符合时,没有写明得多少分,作缺数处理请写 else",
        ),
        (
            'full = 10, method = "completion", target = 3, direction = "down"',
            "wrong_way",
            "“粮食”越低越好,但 completion 总是越高得分越多请改用 control",
        ),
        ('full = 10, formula = "median(grain)"', "unknown_function", "请写成 group.median(grain)"),
        ('full = 10, formula = "portion(3, grain)"', "unknown_function", "请写成 group.portion(3, grain)"),
        (
            'full = 10, formula = "bands(grain)"',
            "missing_key",
            "bands() 要用表 bands,不能作函数用请另设一个节点来用它,再写 score(节点)",
        ),
        ('full = 10, formula = "deduct(grain, per = 2)"', "missing_key", "deduct() 要用表 per,不能作函数用"),
    ],
)
def test_a_silence_is_broken_with_a_sentence(node: str, code: str, sentence: str) -> None:
    ((found, whole),) = said(node)
    assert found == code
    assert sentence in whole


@pytest.mark.parametrize(
    "node",
    [
        'full = 10, method = "formula", formula = "grain"',
        'compose = "formula", formula = "score(race)", full = 10',
        'method = "bands", bands = [{ from = 5, gives = 2 }], else = 0',
        'full = 10, formula = "efficacy(grain, start = 60%)"',
    ],
)
def test_what_says_enough_is_passed_over(node: str) -> None:
    assert [code for code, _whole in said(node) if code not in ("unused_figure", "not_closed")] == []


@pytest.mark.parametrize("start", ["0.6", "60"])
def test_a_share_without_a_sign_is_read_back_as_the_share_it_would_be(start: str) -> None:
    """起点分写成 0.6 的,不能请人写成 0.6%。"""
    told = dict(said(f'full = 10, formula = "efficacy(grain, start = {start})"'))
    assert told["bare_share"] == f"start = {start} 看不出是不是百分之几请写成 60% 或分数"


@pytest.mark.parametrize(
    ("quota", "broken"),
    [
        ('most = "25%"', True),
        ('most = "if(group.mean(total) > 5, 30%, 20%)"', True),
        ('most = "25%", round = "down"', False),
        ("most = 2", False),
    ],
)
def test_a_quota_says_what_becomes_of_part_of_a_place(quota: str, broken: bool) -> None:
    """25%的优秀名额,7个单位是1.75个:舍去、进一,差一个单位。"""
    after = f"""[papers.p.results.overall]
by = "total"
clause = "一"
bands = [{{ grade = "优秀", {quota} }}, {{ grade = "合格" }}]
edge = {{ by = ["race"], still_tied = "none" }}
"""
    sentence = "“优秀”的名额不足一个的部分怎么办没有写明,按舍去算"
    told = said('full = 10, method = "given"', after=after)
    assert any(sentence in words for code, words in told if code == "undeclared") is broken


def test_the_rows_of_a_list_may_bring_their_own_full_marks() -> None:
    lists = '[lists.task]\nfields = { full = "分", done = "%" }\n[papers.p.nodes]'
    head = HEAD.replace("[papers.p.nodes]", lists)
    assert "no_full" not in dict(said('rows = "task", method = "ratio", x = "done", to = 100', head))


def test_a_figure_may_not_misspell_what_stands_for_it() -> None:
    head = HEAD.replace('label = "粮食"', 'label = "粮食", missing = "zreo"')
    assert said('full = 10, method = "given"', head) == [
        ("unknown_word", "missing 只能是:refuse、zero、not_applicable、last_period是否应为“zero”?")
    ]


def test_a_paper_says_which_of_the_declared_periods_is_its_own() -> None:
    head = HEAD.replace("[clauses]", '[periods]\nhalf = "2026H1"\n[clauses]')
    silent, none = head.replace('period = "2026"\n', ""), HEAD.replace('period = "2026"\n', "")
    open_ = [("no_period", "“p”没有写时段,按 2026 算请写 period")]
    assert said('full = 10, method = "given"', silent) == open_
    assert said('full = 10, method = "given"', none) == open_  # also where none is declared
    for more in (silent.replace('"2026H1"', '"2026"'), head.replace('period = "2026"', 'period = "half"')):
        assert said('full = 10, method = "given"', more) == []


def test_a_part_called_rank_is_no_rank_of_the_node() -> None:
    """``race.rank`` of the node ``race`` is the figure's part, no loop."""
    assert said('full = 10, method = "given"') == []


def test_every_finding_says_what_to_do() -> None:
    """Also where no name comes near, or the reason seems to say it all."""
    node = 'full = 10, x = "grain", method = "shortfall", target = "abcdefgh", direction = "qqqqq"'
    text = (
        f'{HEAD}grain = {{ in = "total", {node}, clause = "三十" }}\nring = {{ formula = "score(ring)" }}\n'
    )
    findings = lint(read_scheme(text))
    assert {"unknown_name", "unknown_word", "unknown_clause", "missing_key", "cycle"} <= {
        f.code for f in findings
    }
    assert [finding for finding in findings if not finding.remedy] == []


# -- methods of the scheme's own that call one another ---------------------------------------------------

CALLING = """
[methods.twice]
formula = "2 * once(x)"
[methods.once]
formula = "x + more"
keys = ["more"]
defaults = { more = 1 }
"""


def test_methods_of_the_schemes_own_may_call_one_another() -> None:
    text = HEAD + 'grain = { in = "total", full = 10, method = "twice", clause = "一" }\n' + CALLING
    scheme = read_scheme(text)
    assert lint(scheme) == ()
    inputs = Inputs((Unit("a"),), (Figure("a", "grain", "3"), Figure("a", "race", "4", "", "rank")))
    assert score(scheme.recipe, inputs).papers[0].values["grain"] == ("8",)


def test_methods_that_call_one_another_in_a_ring_are_named() -> None:
    ring = CALLING.replace('"x + more"', '"twice(x)"')
    found = said('full = 10, method = "twice"', after=ring)
    assert ("cycle", "方法互相引用成环:twice → once → twice请改写其中一个") in found


def test_methods_that_unfold_without_measure_are_refused_before_they_are_worked() -> None:
    """Each calls the next twice: thirty of them would take a thousand million steps."""

    def chain(length: int) -> str:
        steps = (f'[methods.m{n}]\nformula = "m{n + 1}(x) + m{n + 1}(x + 1)"\n' for n in range(length))
        return "".join(steps) + f'[methods.m{length}]\nformula = "x"\n'

    assert said('full = 10, method = "m0"', after=chain(5)) == []
    found = said('full = 10, method = "m0"', after=chain(30))
    assert ("bad_expression", "方法“m0”层层调用,展开后超过 100 次请把其中一步另设一个节点") in found


# -- places --------------------------------------------------------------------------------------------


def test_what_papers_share_is_said_once_with_their_names() -> None:
    likes = '[papers.q]\nlike = "p"\n[papers.r]\nlike = "p"\nnodes.grain.full = 9\n'
    text = HEAD + 'grain = { in = "total", full = 10, method = "convert", clause = "一" }\n' + likes
    found = [(f.code, f.path) for f in lint(read_scheme(text)) if f.code == "missing_key"]
    assert found == [("missing_key", "papers.p、q.nodes.grain"), ("missing_key", "papers.r.nodes.grain")]


class Shelf:
    """One template at hand."""

    def __init__(self, template: Mapping[str, Any]) -> None:
        self.held = template

    def template(self, _reference: str) -> Mapping[str, Any]:
        return self.held

    method = template

    def offers(self, _method: str) -> list[str]:
        return []


def test_a_place_inside_a_template_names_the_template() -> None:
    nodes: dict[str, Any] = {
        "total": {"compose": "sum", "full": 10},
        "grain": {"in": "total", "full": 10, "method": "convert", "clause": "一"},
        "roads": {"in": "total", "full": 10, "method": "given", "clause": "一"},
    }
    template: Mapping[str, Any] = {
        "scheme": {},
        "figures": {"grain": {"collector": "农业局"}, "roads": {"collector": "交通局"}},
        "clauses": {"一": "原文"},
        "papers": {"town": {"nodes": nodes}, "zone": {"like": "town"}},
    }
    text = (
        '[scheme]\ncode = "a"\nyear = 2026\nfrom = "pack:county@2026"\n[papers.town.nodes]\nroads.full = 9\n'
    )
    found = {f.code: f for f in lint(read_scheme(text, packs=Shelf(template)))}
    assert str(found["missing_key"]).startswith(
        "scheme.toml:4:1 (pack:county@2026 → papers.town、zone.nodes.grain):"
    )
    assert found["not_closed"].path == "pack:county@2026 → papers.town、zone.nodes.total"


def test_a_place_the_scheme_itself_writes_is_its_own_line() -> None:
    template = {"scheme": {}, "papers": {"town": {"nodes": {"total": {"method": "given", "full": 10}}}}}
    text = '[scheme]\ncode = "a"\nyear = 2026\nfrom = "p:c@1"\n[papers.town.nodes]\ntotal.ful = 9\n'
    with pytest.raises(BadScheme, match=r"scheme\.toml:6:7 \(papers\.town\.nodes\.total\.ful\)"):
        read_scheme(text, packs=Shelf(template))


@pytest.mark.parametrize(
    "rule",
    [
        'method = "rank_steps", step = 1, x = "size"',
        'formula = "group.max(size)"',
        'let = { half = "size / 2" }, formula = "others.mean(half)"',
        'formula = "rank_steps(size, step = 1)"',
    ],
)
def test_rows_are_not_compared_and_the_remedy_says_how_they_are(rule: str) -> None:
    head = HEAD.replace("[papers.p]", '[lists.task]\nfields = { size = "个" }\n[papers.p]')
    found = dict(said(f'full = 10, rows = "task", fold = "sum", {rule}', head))
    assert found["compared_elsewhere"].startswith("比较的是单位,不是清单的行,“size”是行的字段请另设一张卷")
