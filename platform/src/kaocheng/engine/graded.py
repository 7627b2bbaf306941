"""Why a unit has its grade, in sentences its head can check: line, quota, neighbours, vetoes, moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from kaocheng.engine import grade, marks, nodes, quotas
from kaocheng.engine.alone import Alone
from kaocheng.engine.evaluate import Scope
from kaocheng.engine.grammar import is_share, parse
from kaocheng.engine.quotas import Circle
from kaocheng.engine.recipe import PaperRule
from kaocheng.engine.rounding import plain, printed
from kaocheng.engine.score import node_label
from kaocheng.engine.sheet import Standing
from kaocheng.engine.terms import Seat
from kaocheng.engine.wording import in_words, labels
from kaocheng.engine.writing import Writer
from kaocheng.i18n import _

if TYPE_CHECKING:
    from kaocheng.engine.run import Run

Facts = Mapping[str, str]
Naming = Callable[[str], tuple[str, str]]  # a unit's label, and its total as it is printed


def grounds(seat: Seat, paper: PaperRule, period: str) -> tuple[str, tuple[str, ...]]:
    """The grade of the paper's own result and why; nothing where it gives none."""
    run, at = (seat.run.whole, seat.run.place) if isinstance(seat.run, Alone) else (seat.run, seat.at)
    result, rule = next(iter(paper.table("results").items()), ("", {}))
    if not rule.get("bands"):
        return "", ()
    ranking = grade.ranked(run, paper, result, period)
    if not ranking.members[at]:
        return "", ()
    standing = ranking.standing(at)
    return standing.grade or "", tuple(_Grounds(run, paper, result, period, at, standing).told())


def sentence(code: str, facts: Facts, own: str, naming: Naming) -> str:
    """One reason of a standing by itself; *own* is the unit's total as it is printed."""
    match code:
        case "veto":
            return _("有“{veto}”", **facts)
        case "barred":
            return _("得分够{grade},因否决不得评为{grade},名次照排、不占名额", **facts)
        case "least":
            return _("从末位起至少 {quota} 个为{grade}", **facts)
        case "shift":
            return _("由{from}调整为{to}", **facts)
        case "promote":
            return _("提升为{to}", **facts)
        case "no_total":
            return _("没有总分,不排名、不定等次")
        case "band":
            return _band(facts, own)
        case "quota_in" | "quota_tied" | "quota_out":
            return _quota(code, facts, own, naming)
    return " ".join([code, *(f"{name}={fact}" for name, fact in facts.items())])


def _quota(code: str, facts: Facts, own: str, naming: Naming) -> str:
    told = {"grade": facts["grade"], "quota": facts["quota"]}
    if code == "quota_tied":
        return _("与他人并列在{grade}名额边上({quota} 个),依次比较后仍相同,均不评为{grade}", **told)
    other = facts.get("first_out" if code == "quota_in" else "last_in")
    if other is None:
        if code == "quota_in":
            return _("符合{grade}条件,在 {quota} 个名额之内", **told)
        return _("符合{grade}的得分条件,但没有名额", **told)
    unit, score = naming(other)
    told |= {"unit": unit, "score": score, "gap": _gap(own, score)}
    if code == "quota_in":
        return _("符合{grade}条件,在 {quota} 个名额之内;名额外首位 {unit} {score},低 {gap} 分", **told)
    return _("符合{grade}的得分条件,但 {quota} 个名额已满;名额内末位 {unit} {score},差 {gap} 分", **told)


def _gap(one: str, other: str) -> str:
    return plain(abs(Fraction(one) - Fraction(other)))


def _band(facts: Facts, own: str) -> str:
    low, high = facts.get("from") or facts.get("above"), facts.get("below") or facts.get("to")
    told = {"score": own, "low": low, "high": high, "grade": facts["grade"]}
    if low and high:
        return _("得分 {score},{low} 至 {high} 分为{grade}", **told)
    if low and "above" in facts:
        return _("得分 {score},高于 {low} 分为{grade}", **told)
    if low:
        return _("得分 {score},{low} 分以上为{grade}", **told)
    if high and "below" in facts:
        return _("得分 {score},低于 {high} 分为{grade}", **told)
    if high:
        return _("得分 {score},不超过 {high} 分为{grade}", **told)
    return _("得分 {score},为{grade}", **told)


@dataclass(frozen=True)
class _Grounds:
    run: Run
    paper: PaperRule
    result: str
    period: str
    at: int
    standing: Standing

    def told(self) -> Iterator[str]:
        """What stands between the unit and a better grade, then what gave it this one."""
        self_ = self.standing
        if self_.apart:
            yield _("单独列出,不排名、不占名额")
        vetoes = iter(self_.vetoes)
        counted = set[str]()
        for code, facts in self_.why:
            wanted = facts.get("grade", "")
            if code.startswith("quota_") and wanted not in counted:
                counted.add(wanted)
                yield from self._places(wanted)
            if code in ("band", "least"):
                yield from self._short(wanted)
            if code == "veto":
                yield self._veto(next(vetoes, ""), facts)
            elif code == "band":
                yield sentence(code, {**facts, **self._limits(wanted)}, self._own, self._named)
            else:
                yield sentence(code, facts, self._own, self._named) + self._because(code, facts)

    @property
    def _ranking(self) -> grade.Grading:
        return grade.ranked(self.run, self.paper, self.result, self.period)

    @property
    def _own(self) -> str:
        return self._named(self.standing.unit)[1]

    def _named(self, unit: str) -> tuple[str, str]:
        at = self.run.at[unit]
        decimals = marks.ranked_to(self.run, self.paper, self._ranking.by)
        score = self._ranking.rounded.fraction(at) or Fraction(0)
        label = self.run.units[at].label or unit
        return label, plain(score) if decimals is None else printed(score, decimals)

    # -- the quota ---------------------------------------------------------------------------------

    def _places(self, wanted: str) -> Iterator[str]:
        """How many places of a grade there are, worked out."""
        number = self._ranking.grades.index(wanted)
        band = self._ranking.bands[number]
        circle = quotas.circle_of(self.run, self.paper, self.result, self.period, self.at)
        if circle is None or number not in circle.exact:
            return
        exact, places = circle.exact[number], circle.places[number]
        most = str(band["most"])
        among = circle.eligible.get(number, circle.units)
        told = {"grade": wanted, "most": most, "among": among, "exact": plain(exact), "places": places}
        if not is_share(most):
            text = _("{grade}名额 {exact} 个", **told)
        elif number in circle.eligible:
            text = _("{grade}名额:符合条件的 {among} 个单位 × {most} = {exact}", **told)
        else:
            text = _("{grade}名额:同组 {among} 个单位 × {most} = {exact}", **told)
        yield text + self._rounded(band, circle, number)
        if band.get("with_above") and number:
            yield _("名额含更高等次已用的在内")

    def _rounded(self, band: Mapping[str, Any], circle: Circle, number: int) -> str:
        """How the quota became whole places."""
        exact, places = circle.exact[number], circle.places[number]
        if exact == places:
            return ""
        if band.get("pool") or self._ranking.rule.get("pool"):
            return _(";各组合并取整后按余数从大到小分,本组 {places} 个", places=places)
        if band.get("at_least_one") and places == 1 and exact < 1:
            return _(",不足一个的按一个")
        how = {"up": _("进一"), "half_up": _("四舍五入")}.get(str(band.get("round", "down")), _("舍去尾数"))
        return _(",{how}为 {places} 个", how=how, places=places)

    # -- what is missing for a better grade ----------------------------------------------------------

    def _short(self, wanted: str) -> Iterator[str]:
        """Of the next better grade, each limit the unit does not keep and by how much."""
        ranking = self._ranking
        number = ranking.grades.index(wanted) - 1
        if number < 0 or self.standing.score is None or "least" in ranking.bands[number + 1]:
            return
        band, better = ranking.bands[number], ranking.grades[number]
        score = Fraction(self.standing.score)
        for key, bound in self._bounds(band).items():
            gap = {"grade": better, "bound": plain(bound), "gap": plain(abs(bound - score))}
            if key == "from" and score < bound:
                yield _("{grade}须 {bound} 分以上,差 {gap} 分", **gap)
            elif key == "above" and score <= bound:
                yield _("{grade}须高于 {bound} 分,差 {gap} 分", **gap)
            elif key == "below" and score >= bound:
                yield _("{grade}须低于 {bound} 分,多 {gap} 分", **gap)
            elif key == "to" and score > bound:
                yield _("{grade}不得超过 {bound} 分,多 {gap} 分", **gap)
            elif key == "rank_to" and self.standing.rank is not None and Fraction(self.standing.rank) > bound:
                yield _("{grade}须在前 {bound} 名,本单位第 {rank} 名", rank=self.standing.rank, **gap)
        if "if" in band and not ranking.holds(str(band["if"]))[self.at]:
            yield _(
                "{grade}的条件不成立:{condition}", grade=better, condition=self._condition(str(band["if"]))
            )

    def _bounds(self, band: Mapping[str, Any]) -> Mapping[str, Fraction]:
        keys = ("from", "above", "below", "to", "rank_to")
        found = {key: self._ranking.numbers(str(band[key])).fraction(self.at) for key in keys if key in band}
        return {key: value for key, value in found.items() if value is not None}

    def _limits(self, wanted: str) -> Facts:
        """The limits of a band in numbers, whatever they are worked out from."""
        band = self._ranking.bands[self._ranking.grades.index(wanted)]
        return {key: plain(bound) for key, bound in self._bounds(band).items() if key != "rank_to"}

    # -- ties, vetoes, moves -------------------------------------------------------------------------

    def _because(self, code: str, facts: Facts) -> str:
        if code in ("shift", "promote"):
            moved = self._shifted() if code == "shift" else self._promoted(facts)
            said = _(";").join(moved)
            return _(":{reason}", reason=said) if said else ""
        other = facts.get("first_out" if code == "quota_in" else "last_in", "")
        if not code.startswith("quota_") or code == "quota_tied" or not other:
            return ""
        return self._told_apart(other)

    def _held(self, kind: str) -> list[Mapping[str, Any]]:
        """The rules of a kind whose condition the unit meets."""
        rules = self._ranking.rule.get(kind) or []
        return [rule for rule in rules if self._ranking.holds(str(rule["when"]))[self.at]]

    def _shifted(self) -> Iterator[str]:
        """What moved the grade up or down, each with how far."""
        for _code, rule in self._vetoes():
            if rule.get("down"):
                facts = {"veto": rule.get("label", _code), "n": rule["down"]}
                yield _("“{veto}”降 {n} 档", **facts)
        for rule in self._held("shift"):
            by = int(rule["by"])
            facts = {"reason": self._condition(str(rule["when"])), "n": abs(by)}
            yield _("{reason},升 {n} 档", **facts) if by > 0 else _("{reason},降 {n} 档", **facts)

    def _promoted(self, facts: Facts) -> Iterator[str]:
        """Of the rules that lift to a grade above the one there was, the one that lifted to this."""
        grades, held = self._ranking.grades, self._held("promote")
        above = [rule for rule in held if grades.index(str(rule["to"])) < grades.index(facts["from"])]
        lifted = [rule for rule in above if str(rule["to"]) == facts["to"]] or above
        yield from (self._condition(str(rule["when"])) for rule in lifted[:1])

    def _vetoes(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The vetoes that struck, with their rules."""
        papers = (self.paper, *self.run.recipe.papers.values())
        for code in self.standing.vetoes:
            yield code, next((p.table("vetoes")[code] for p in papers if code in p.table("vetoes")), {})

    def _told_apart(self, other: str) -> str:
        """Where two totals are the same: the step of the chain at which they were told apart."""
        if self._named(other)[1] != self._own:
            return ""
        rule = self._ranking.rule
        edge = (rule.get("edge") or {}).get("by")
        for step in [step for steps in (rule.get("break"), edge) if steps for step in nodes.listed(steps)]:
            mine = self._ranking.value_of(step, self.at)
            theirs = self._ranking.value_of(step, self.run.at[other])
            if mine != theirs:
                values = [_("缺") if value is None else plain(value) for value in (mine, theirs)]
                facts = {"step": self._step(step), "mine": values[0], "theirs": values[1]}
                return _(";同分,比{step}:本单位 {mine},对方 {theirs}", **facts)
        return ""

    def _step(self, step: str) -> str:
        home, reference = self.run.recipe.home(self.paper, step)
        name, _at, period = reference.partition("@")
        if name in home.nodes:
            label = node_label(self.run.recipe, home.nodes[name])
            return f"{label}({self.run.recipe.named(period, self.paper, self.period)})" if period else label
        adjustment = self.paper.table("adjustments").get(name)
        return str(adjustment.get("label", name)) if adjustment else self._words(step)

    def _veto(self, code: str, facts: Facts) -> str:
        """A veto with what brought it, and what it does."""
        rule = dict(self._vetoes()).get(code, {})
        own = self.standing.unit
        entries = [c for c in self.run.inputs.claims if (c.unit, c.adjustment) == (own, code)]
        # an entry without a matter is told apart by its number, which says nothing to anybody
        said = [" ".join(filter(None, (c.matter if c.matter[:1] != "#" else "", c.date))) for c in entries]
        reasons = [one for one in said if one]
        if "when" in rule and not entries:
            reasons = [self._condition(str(rule["when"]))]
        text = sentence("veto", facts, self._own, self._named)
        text += _("({reason})", reason=_(";").join(reasons)) if reasons else ""
        does = _("、").join(self._effects(rule))
        return _("{name}:{value}", name=text, value=does) if does else text

    def _effects(self, rule: Mapping[str, Any]) -> Iterator[str]:
        if rule.get("bars"):
            yield _("不得评为{grades}", grades=_("、").join(nodes.listed(rule["bars"])))
        if rule.get("at_most"):
            yield _("最高评为{grade}", grade=rule["at_most"])
        if rule.get("down"):
            yield _("降 {n} 档", n=rule["down"])
        if rule.get("grade"):
            yield _("直接定为{grade}", grade=rule["grade"])
        if zero := self.paper.nodes.get(str(rule.get("zero"))):
            yield _("“{node}”计 0 分", node=node_label(self.run.recipe, zero))

    def _words(self, text: str) -> str:
        return in_words(parse(text), labels(Scope(self.run, self.paper, None, self.period)))

    def _condition(self, text: str) -> str:
        """A condition in words, and in the unit's own numbers."""
        writer = Writer(Scope(self.run, self.paper, None, self.period), self.at, self.at, deep=False)
        words, said = self._words(text), writer.numbers(parse(text))
        return words if words == said else _("{words}(即 {said})", words=words, said=said)
