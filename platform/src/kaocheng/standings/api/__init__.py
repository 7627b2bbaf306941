"""Standings, scores and explanations for programs."""

from kaocheng.standings.api.explanations import ExplanationsApi
from kaocheng.standings.api.scores import ScoresApi, StandingsApi

__all__ = ["ExplanationsApi", "ScoresApi", "StandingsApi"]
