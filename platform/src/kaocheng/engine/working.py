"""Works one score out for one unit, from the same run that made the sheet, so that the two cannot differ."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from kaocheng.engine import adjust, compose, folded, marks, nodes
from kaocheng.engine import evaluate as language
from kaocheng.engine.alone import Alone, LooksAtOthers
from kaocheng.engine.arrays import MISSING, NA, OK, Exact
from kaocheng.engine.explain import Explanation, Used
from kaocheng.engine.grammar import parse
from kaocheng.engine.inputs import Claim
from kaocheng.engine.methods import METHODS
from kaocheng.engine.recipe import NodeRule, PaperRule
from kaocheng.engine.rounding import plain, printed
from kaocheng.engine.run import Run
from kaocheng.engine.score import node_label
from kaocheng.engine.writing import Writer, in_words, shown
from kaocheng.i18n import _


def work_out(run: Run, unit: str, code: str, period: str | None = None) -> Explanation:
    """The working of one node (its total, where none is named) for one unit."""
    at = run.position(unit)
    if at is None:
        raise KeyError(unit)
    for paper in run.recipe.papers.values():
        own = run.period if run.asked else run.recipe.own_period(paper)
        node = paper.nodes.get(code or run.recipe.total(paper, own) or "")
        if node is not None and run.members(paper)[at]:
            when = run.recipe.period(period) if period else own
            run.score(paper, node.code, when)  # all it looks at in others is found out here, once
            try:
                return _Working(Alone(run, at), paper, node, when, 0).explanation()
            except LooksAtOthers:
                return _Working(run, paper, node, when, at).explanation()
    raise KeyError(code)


class _Working:
    def __init__(self, run: Run, paper: PaperRule, node: NodeRule, period: str, at: int) -> None:
        self.run, self.paper, self.node, self.period, self.at = run, paper, node, period, at
        self.scope = run.scope(paper, node, period)
        self.points = run.score(paper, node.code, period)
        self.state = int(self.points.state[at])
        decimals = marks.places(run, self.scope)
        self.decimals = decimals if decimals is not None else (run.recipe.decimals(paper, "total") or 0)
        self.rounds = decimals is not None

    def explanation(self) -> Explanation:
        value = self.points.fraction(self.at)
        full = self._fraction(self.run.full(self.paper, self.node.code, self.period))
        lines, used, raw = self._lines()
        lost = full - value if full is not None and value is not None else None
        return Explanation(
            unit=self.run.units[self.at].code,
            unit_label=self.run.units[self.at].label or self.run.units[self.at].code,
            paper=self.paper.code,
            node=self.node.code,
            period=self.period,
            label=node_label(self.run.recipe, self.node),
            method=self._method(),
            clause=self.node.get("clause"),
            clause_text=str(self.run.recipe.clauses.get(str(self.node.get("clause")), "")),
            full=None if full is None else plain(full),
            state={OK: "scored", NA: "not_applicable"}.get(self.state, "missing"),
            points=None if value is None else printed(value, self.decimals),
            exact=None if value is None else plain(value),
            used=tuple(used),
            lines=tuple(lines),
            rounded=(shown(raw), printed(value, self.decimals))
            if self.rounds and raw is not None and value is not None and raw != value
            else None,
            parts=tuple(self._parts()),
            lost=None if lost is None else printed(lost, self.decimals),
            lost_to=self._lost_to(lost),
            next_step=self._next_step(value),
            to_total=self._to_total(value),
            facts=self._facts(),
        )

    def _fraction(self, value: Exact) -> Fraction | None:
        return value.spread(len(self.run.units)).fraction(self.at)

    def _method(self) -> str:
        if self.node.composed:
            return {
                "sum": _("各项相加"),
                "weighted": _("加权"),
                "mean": _("平均"),
                "weighted_mean": _("加权平均"),
                "product": _("基数乘系数"),
                "rescale": _("折算"),
                "min": _("取小"),
                "max": _("取大"),
                "best": _("取优"),
            }.get(str(self.node["compose"]), _("合成"))
        method = METHODS.get(str(self.node.get("method")))
        return _(method.chinese) if method else str(self.node.get("method") or _("公式"))

    # -- the arithmetic ----------------------------------------------------------------------------

    def _lines(self) -> tuple[list[str], list[Used], Fraction | None]:
        if self.node.composed or self.node.get("across"):
            return self._composition()
        if self.node.get("rows"):
            return self._rows()
        return self._gap() if self.state == MISSING else self._leaf()

    def _gap(self) -> tuple[list[str], list[Used], Fraction | None]:
        _lines, used, _raw = self._leaf()
        lacking = _("、").join(u.name for u in used if u.value == _("缺"))
        return [_("缺 {names},不能计分", names=lacking or _("数据"))], used, None

    def _leaf(self) -> tuple[list[str], list[Used], Fraction | None]:
        scope = nodes.measuring(self.scope)
        tree = parse(nodes.formula(self.node, scope))
        writer = Writer(scope, self.at, self.at)
        worked = writer.numbers(tree)
        raw = language.number(tree, scope).spread(len(self.run.units))
        value = raw.fraction(self.at)
        lines = [in_words(tree, self._words())]
        lines += dict.fromkeys(writer.first)
        lines += [_("因 {reason}", reason=reason) for reason in writer.because]
        if value is not None:
            lines.append(f"{worked} = {shown(value)}" if worked != shown(value) else worked)
            lines += self._bounds(value)
        else:
            lines += self._instead(int(raw.state[self.at]))
        return lines, list(writer.used.values()), value

    def _words(self) -> dict[str, str]:
        words = {
            "x": _("实际值"),
            "target": _("目标值"),
            "base": _("基期值"),
            "last": _("上年值"),
            "full": _("分值"),
            "group.min": _("本组最低"),
            "group.max": _("本组最高"),
            "group.mean": _("本组平均"),
            "group.rank": _("名次"),
            "group.rank_up": _("名次(由低到高)"),
            "group.count": _("本组个数"),
            "if": _("若"),
            "min": _("较小者"),
            "max": _("较大者"),
            "clamp": _("限于"),
            "floor": _("去尾"),
            "ceil": _("进一"),
        }
        for code, rule in self.run.recipe.figures.items():
            label = str(rule.get("label", code))
            words[code] = label
            for part, name in (rule.get("parts") or {}).items():
                words[f"{code}.{part}"] = f"{label}·{name}"
                if code == self.scope.figure:
                    words[f"x.{part}"] = str(name)
        words |= {
            "_undefined": _("无意义"),
            "_missing": _("缺"),
            "_not_applicable": _("不适用"),
            "lo": _("下限"),
            "hi": _("上限"),
        }
        words |= {code: _(method.chinese) for code, method in METHODS.items() if code not in words}
        for name, text in (self.node.get("let") or {}).items():
            words[name] = f"[{in_words(parse(str(text)), words)}]"
        method = METHODS.get(str(self.node.get("method")))
        for key in (*method.shares, *method.points, *method.numbers) if method else ():
            if key in self.node.keys:
                words[key] = in_words(parse(str(self.node[key])), words)
        return words

    def _bounds(self, value: Fraction) -> Iterator[str]:
        bounded = self._fraction(marks.bounded(self.run, self.scope, Exact.constant(value)))
        if bounded is not None and bounded != value:
            kind = _("最高") if bounded < value else _("最低")
            yield _("{kind} {bound} 分", kind=kind, bound=shown(bounded))
        if (
            self.rounds
            and bounded is not None
            and (rounded := self.points.fraction(self.at)) is not None
            and bounded != rounded
        ):
            yield _(
                "四舍五入到 {places} 位:{value}", places=self.decimals, value=printed(rounded, self.decimals)
            )

    def _instead(self, state: int) -> list[str]:
        points = self.points.fraction(self.at)
        rule = {NA: "not_applicable", MISSING: "missing"}.get(state, "undefined")
        said = self.node.get(rule)
        if points is None or said is None:
            return [_("本项不适用,分值由同类各项分担")] if state == NA else [_("缺数据,不能计分")]
        names = {
            "group_mean": _("本组各单位本项得分的平均"),
            "full": _("满分"),
            "zero": _("零分"),
            "own_rate": _("本单位其他各项的得分率折算"),
            "group_min": _("本组最低得分"),
        }
        kind = {NA: _("不适用"), MISSING: _("缺数据")}.get(state, _("除数为零"))
        how = names.get(str(said), str(said))
        return [_("{kind},按{how}计:{points}", kind=kind, how=how, points=printed(points, self.decimals))]

    def _rows(self) -> tuple[list[str], list[Used], Fraction | None]:
        rows, values = folded.row_points(self.run, self.paper, self.node, self.period)
        scope = nodes.measuring(folded.row_scope(self.run, self.paper, self.node, self.period))
        tree = parse(nodes.formula(self.node, scope))
        lines, used = [], []
        for n, i in enumerate(np.flatnonzero(rows.units == self.at), 1):
            writer = Writer(scope, int(i), self.at)
            worked = writer.numbers(tree)
            value = values.fraction(int(i))
            why = _(";").join(writer.because[-2:])
            result = _("缺") if value is None else printed(value, self.decimals)
            why = _("{why}:", why=why) if why else ""
            lines.append(f"#{n} {why}{worked} = {result}")
            used += list(writer.used.values())
        total = self.points.fraction(self.at)
        if total is not None:
            lines.append(_("合计 {total}", total=printed(total, self.decimals)))
        elif self.at in folded.not_closed(self.run, self.paper, self.node, self.period, rows):
            full = self._fraction(self.run.full(self.paper, self.node.code, self.period))
            lines.append(_("各项分值合计与满分 {full} 不符,不能计分;请核对任务书的分值", full=shown(full)))
        else:
            lines.append(_("缺数据,不能计分"))
        return lines, used, total

    def _composition(self) -> tuple[list[str], list[Used], Fraction | None]:
        if self.node.get("across") or self.node["compose"] in ("formula", "inherit"):
            value = self.points.fraction(self.at)
            return [_("得 {value}", value=shown(value))] if value is not None else [], [], value
        terms = []
        for part in compose.parts(self.run, self.paper, self.node, self.period):
            score = self.run.score(part.paper, part.node.code, part.period)
            shown_score = self._shown(score)
            weight = part.weight.fraction()
            label = node_label(self.run.recipe, part.node)
            if part.period != self.period or self.period in self._other_periods():
                label = f"{part.period} {label}"
            weighed = f" × {_percent(weight)}" if part.weighed and weight is not None else ""
            terms.append(f"{label} {shown_score}{weighed}")
        join = " × " if self.node["compose"] == "product" else " + "
        lines = [
            join.join(terms)
            if self.node["compose"] in ("sum", "weighted", "product")
            else _("、").join(terms)
        ]
        used: list[Used] = []
        for name, rule in self.paper.table("adjustments").items():
            if rule.get("to") == self.node.code:
                amount = self._shown(adjust.adjustment(self.run, self.paper, name, self.period))
                sign = "-" if rule.get("kind") == "deduction" else "+"
                lines.append(f"{sign} {rule.get('label', name)} {amount}")
                for n, (_at, claim) in enumerate(self._claims(name), 1):
                    used.append(
                        Used(
                            claim.matter or str(rule.get("label", name)),
                            claim.points,
                            _("分"),
                            "claim",
                            (name, str(n)),
                        )
                    )
        value = self.points.fraction(self.at)
        if value is not None:
            lines.append(f"= {shown(value)}")
        return lines, used, value

    def _other_periods(self) -> set[str]:
        """The period itself, when parts of several periods stand side by side."""
        found = {p.period for p in compose.parts(self.run, self.paper, self.node, self.period)}
        return found if len(found) > 1 else set()

    def _claims(self, name: str) -> list[tuple[int, Claim]]:
        found = self.run.claims(name, self.period, self.run.recipe.own_period(self.paper))
        return [(at, claim) for at, claim in found if at == self.at]

    def _shown(self, value: Exact) -> str:
        whole = value.spread(len(self.run.units))
        if int(whole.state[self.at]) == NA:
            return "/"
        found = whole.fraction(self.at)
        return _("缺") if found is None else shown(found)

    # -- around the score --------------------------------------------------------------------------

    def _parts(self) -> Iterator[tuple[str, str, str | None]]:
        if self.node.composed and self.node["compose"] not in ("formula", "inherit"):
            for part in compose.parts(self.run, self.paper, self.node, self.period):
                score = self.run.score(part.paper, part.node.code, part.period)
                key = part.node.code if part.period == self.period else f"{part.period}/{part.node.code}"
                yield key, node_label(self.run.recipe, part.node), self._shown(score)

    def _lost_to(self, lost: Fraction | None) -> str:
        if not lost or lost < 0 or self.node.composed:
            return ""
        if self.node.get("rows"):
            return _("有任务未按期完成")
        method = METHODS.get(str(self.node.get("method")))
        if method is None or method.source.startswith(
            ("M30", "M33", "M34", "M35", "M36", "M38", "M41", "M44")
        ):
            return _("与同组其他单位相比")
        if method.code in ("deduct", "count", "checklist"):
            return _("按件扣分")
        if method.code in ("ballots", "raters", "choice"):
            return _("评价得分")
        return _("未达目标")

    def _next_step(self, value: Fraction | None) -> str:
        """The nearest value of the figure that would bring more points, peers standing still."""
        if value is None or self.node.composed or self.node.get("rows") or not self.scope.figure:
            return ""
        if self.run.series(self.scope.figure) or "formula" in self.node.keys or "x" in self.node.keys:
            return ""
        now = self._fraction(language.number(parse("x"), self.scope))
        if now is None:
            return ""
        down = self.node.get("direction") == "down" or self.node.get("method") == "control"
        ahead = sorted({c for c in self._candidates(now) if (c < now if down else c > now)}, reverse=down)
        for candidate in ahead[:20]:
            there = self.scope.within(candidate, x=Exact.constant(candidate))
            points = self._fraction(nodes.leaf(self.run, there))
            if points is not None and points > value:
                rule = self.run.recipe.figures[self.scope.figure]
                measure = _("个百分点") if rule.get("unit") == "%" else rule.get("unit", "")
                gap = _("{amount} {measure}", amount=shown(abs(candidate - now)), measure=measure)
                gets = printed(points, self.decimals)
                return (
                    _("再减少 {gap} 可得 {points} 分", gap=gap, points=gets)
                    if down
                    else _("再增加 {gap} 可得 {points} 分", gap=gap, points=gets)
                )
        return ""

    def _candidates(self, now: Fraction) -> Iterator[Fraction]:
        target = self._fraction(language.number(parse("target"), self.scope))
        over = self.node.get("over")
        if target is not None:
            yield target
            if isinstance(over, dict):
                each = language.number(str(over["each"]), self.scope).fraction() or Fraction(0)
                steps = int((now / target - 1) / each) if target and each else 0
                yield from (target * (1 + each * k) for k in range(max(1, steps), max(1, steps) + 12))
        for band in self.node.get("bands") or []:
            for key in ("from", "above", "to", "below"):
                if key in band:
                    bound = language.number(str(band[key]), self.scope).fraction()
                    if bound is not None:
                        yield bound
        if self.node.get("method") in ("efficacy", "to_best"):
            best = language.number(
                parse("group.min(x)" if self.node.get("direction") == "down" else "group.max(x)"), self.scope
            )
            found = self._fraction(best)
            if found is not None:
                yield found

    def _to_total(self, value: Fraction | None) -> str | None:
        """What these points add to the total, where every step up to it is a sum or a weight."""
        if value is None:
            return None
        factor = self._factor(self.node.code, self.period, 0)
        return None if factor is None else shown(value * factor)

    def _facts(self) -> dict[str, str] | None:
        """What one point here is of the total, for whoever asks what lost points would have meant."""
        factor = self._factor(self.node.code, self.period, 0)
        return None if factor is None else {"share_of_total": plain(factor)}

    def _factor(self, code: str, period: str, depth: int) -> Fraction | None:
        own = self.run.period if self.run.asked else self.run.recipe.own_period(self.paper)
        if code == self.run.recipe.total(self.paper, own) and period == own:
            return Fraction(1)
        found: Fraction | None = None
        for other in self.paper.nodes.values():
            if not other.composed or other["compose"] not in ("sum", "weighted") or depth > 30:
                continue
            for when in {period, own}:
                for part in compose.parts(self.run, self.paper, other, when):
                    if part.node.code == code and part.period == period and part.paper is self.paper:
                        above = self._factor(other.code, when, depth + 1)
                        weight = part.weight.fraction()
                        if above is not None and weight is not None:
                            found = (found or Fraction(0)) + above * weight
                if found is not None:
                    break
        return found


def _percent(weight: Fraction) -> str:
    return shown(weight * 100) + "%"
