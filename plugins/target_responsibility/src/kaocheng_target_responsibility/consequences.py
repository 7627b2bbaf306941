"""What follows from a year's result (结果运用), as clause 六 of the model circular orders it."""

from collections.abc import Sequence

from kaocheng.packs import Consequence, Sentence, Standing, hookimpl, say

CLAUSE = "六"
POOR = "较差"
EXCELLENT = "优秀"
TALK = say("诫勉谈话", "admonition talk")
RECTIFY = say("限期整改", "rectification by a set date")
REORGANISE = say("调整领导班子", "the leading team is reorganised")
REWARD = say("奖励", "award")


@hookimpl
def consequences(standing: Standing, history: Sequence[Standing]) -> Sequence[Consequence]:
    """Last township or 较差: talk and rectification; 较差 two years running: reorganisation; 优秀: award."""
    if standing.grade is None:  # a half-year is rated and ranked, not graded: nothing follows from it
        return []
    if standing.grade == EXCELLENT:
        return [_follows("reward", REWARD, say("评为优秀", "graded excellent"))]
    found: list[Consequence] = []
    reason = _grave(standing)
    if reason:
        found += [_follows("talk", TALK, reason), _follows("rectify", RECTIFY, reason)]
    if standing.grade == POOR and any(p.year == standing.year - 1 and p.grade == POOR for p in history):
        found.append(
            _follows(
                "reorganise",
                REORGANISE,
                say(
                    "{before}年、{year}年连续两年较差",
                    "graded poor two years running, {before} and {year}",
                    before=str(standing.year - 1),
                    year=str(standing.year),
                ),
            )
        )
    return found


def _grave(standing: Standing) -> Sentence | None:
    """Only townships answer for the last place; the document says nothing of departments'."""
    if standing.grade == POOR:
        return say("评为较差", "graded poor")
    if standing.last and standing.paper == "township":
        return say(
            "乡镇最后一名(第 {rank} 名)", "last of the townships (rank {rank})", rank=standing.rank or 0
        )
    return None


def _follows(code: str, label: Sentence, reason: Sentence) -> Consequence:
    return Consequence(code=code, label=label, reason=reason, clause=CLAUSE)
