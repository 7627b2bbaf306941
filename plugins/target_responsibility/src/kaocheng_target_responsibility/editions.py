"""The editions: one for each year's circular, none ever taken out."""

import tomllib
from datetime import date
from importlib.resources import files

from kaocheng.packs import Edition, Method, Template
from kaocheng_target_responsibility.indicators import CRIME, DEPARTMENT, EVALUATION, TOWNSHIP

# 水平加增速: a township that has long been rich and one that is catching up can both do well.
LEVEL_AND_GROWTH = Method(
    code="level_and_growth",
    label="水平加增速",
    formula="level * to_best(x.now) + (1 - level) * efficacy((x.now - x.before) / x.before, start = start)",
    keys=("level", "start"),
    defaults={"level": "40%", "start": "60%"},
)


def _template(year: str, label: str) -> Template:
    text = files(__package__).joinpath("templates", f"county-{year}.toml").read_text("utf-8")
    return Template(code="county", label=label, text=text)


COUNTY_2025 = _template("2025", "县(市、区)目标责任考核:乡镇")
COUNTY_2026 = _template("2026", "县(市、区)目标责任考核:乡镇、县直部门")

EDITIONS = (
    Edition(
        year="2025",
        since=date(2025, 1, 1),
        circular="县(市、区)目标责任考核示范办法(2025年版,虚构)",
        indicators=tuple(i for i in TOWNSHIP if i is not CRIME) + EVALUATION,
        methods=(LEVEL_AND_GROWTH,),
        templates=(COUNTY_2025,),
        clauses=tomllib.loads(COUNTY_2025.text)["clauses"],
    ),
    Edition(
        year="2026",
        since=date(2026, 1, 1),
        circular="县(市、区)目标责任考核示范办法(2026年版,虚构)",
        indicators=TOWNSHIP + EVALUATION + DEPARTMENT,
        methods=(LEVEL_AND_GROWTH,),
        templates=(COUNTY_2026,),
        clauses=tomllib.loads(COUNTY_2026.text)["clauses"],
    ),
)
