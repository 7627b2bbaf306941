"""The indicators of the county templates, as clause 表 of the model circular lists them."""

from kaocheng.packs import Indicator

BUILT = ("built", "under_way", "not_begun")
VOTES = ("excellent", "competent", "basic", "poor", "abstain")

REVENUE = Indicator(
    code="revenue", label="地方财政收入", measure="万元", method="completion", clause="表.1", cumulative=True
)
INVESTMENT = Indicator(
    code="investment",
    label="固定资产投资",
    measure="万元",
    method="completion",
    clause="表.2",
    cumulative=True,
)
ATTRACTION = Indicator(
    code="attraction",
    label="招商引资到位资金",
    measure="万元",
    method="completion",
    clause="表.3",
    cumulative=True,
)
INDUSTRY = Indicator(
    code="industry", label="规模以上工业增加值增速", measure="%", method="efficacy", clause="表.4"
)
GRAIN = Indicator(
    code="grain", label="粮食总产量", measure="吨", method="completion", clause="表.5", cumulative=True
)
PROJECTS = Indicator(
    code="projects", label="重点项目建设", measure="万元", method="rank_steps", clause="表.6", cumulative=True
)
SCHOOLING = Indicator(
    code="schooling", label="义务教育巩固率", measure="%", method="shortfall", clause="表.7"
)
INSURED = Indicator(
    code="insured", label="城乡居民医保参保率", measure="%", method="shortfall", clause="表.8"
)
HEALTH = Indicator(code="health", label="公共卫生服务考核", measure="分", method="convert", clause="表.9")
CULTURE = Indicator(
    code="culture", label="村级文化场所建设", measure="个", method="ratio", clause="表.10", parts=BUILT
)
INCOME = Indicator(
    code="income",
    label="农村居民人均可支配收入",
    measure="元",
    method="level_and_growth",
    clause="表.11",
    parts=("now", "before"),
)
PENSION = Indicator(
    code="pension", label="城乡居民养老保险参保率", measure="%", method="completion", clause="表.12"
)
EMPLOYMENT = Indicator(
    code="employment",
    label="就业帮扶人数",
    measure="人",
    method="completion",
    clause="表.13",
    cumulative=True,
)
FOREST = Indicator(
    code="forest", label="造林面积", measure="亩", method="completion", clause="表.14", cumulative=True
)
ENERGY = Indicator(code="energy", label="单位生产总值能耗降低率", measure="%", method="met", clause="表.15")
WASTE = Indicator(code="waste", label="农村生活垃圾集中处理率", measure="%", method="bands", clause="表.16")
DEATHS = Indicator(
    code="deaths",
    label="生产安全事故死亡人数",
    measure="人",
    method="control",
    clause="表.17",
    direction="down",
    cumulative=True,
)
PETITIONS = Indicator(
    code="petitions", label="信访事项按期办结率", measure="%", method="shortfall", clause="表.18"
)
CRIME = Indicator(
    code="crime",
    label="万人刑事案件发案率",
    measure="件/万人",
    method="to_best",
    clause="表.19",
    direction="down",
)
LEADERSHIP = Indicator(
    code="leadership", label="领导班子民主测评", measure="票", method="ballots", clause="表.20", parts=VOTES
)
DISCIPLINE = Indicator(
    code="discipline",
    label="党风廉政建设",
    measure="起",
    method="deduct",
    clause="表.21",
    direction="down",
    cumulative=True,
    parts=("minor", "serious"),
)

TOWNSHIP = (
    REVENUE,
    INVESTMENT,
    ATTRACTION,
    INDUSTRY,
    GRAIN,
    PROJECTS,
    SCHOOLING,
    INSURED,
    HEALTH,
    CULTURE,
    INCOME,
    PENSION,
    EMPLOYMENT,
    FOREST,
    ENERGY,
    WASTE,
    DEATHS,
    PETITIONS,
    CRIME,
    LEADERSHIP,
    DISCIPLINE,
)
EVALUATION = tuple(
    Indicator(code=code, label=label, measure="分", method="given", clause="二.4")
    for code, label in (
        ("leaders", "县级领导评价"),
        ("departments", "部门评议"),
        ("delegates", "“两代表一委员”评议"),
        ("public", "群众满意度调查"),
    )
)
DEPARTMENT = (
    Indicator(code="vote", label="民主测评", measure="票", method="ballots", clause="三.2", parts=VOTES),
    Indicator(
        code="cases",
        label="党纪政务处分(起)",
        measure="起",
        method="deduct",
        clause="三.2",
        direction="down",
        cumulative=True,
    ),
)
# Shares of a whole: above 100 or below 0 they cannot be, unlike a growth rate.
SHARES = frozenset(i.code for i in (SCHOOLING, INSURED, PENSION, WASTE, PETITIONS))
