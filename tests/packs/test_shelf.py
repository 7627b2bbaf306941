"""The shelf: who may run code, who is asked, and what happens when a pack fails."""

from decimal import Decimal
from typing import Any

import pytest

from kaocheng.packs import ReportedFigure, Standing
from kaocheng.packs.shelf import NoSuchPack, PackRefused, open_shelf

Install = Any

DOUBTS = """
@hookimpl
def doubts(figure):
    return [Finding(say("{code} 有疑", "{code} doubts"))]
"""
RAISES = """
@hookimpl
def doubts(figure):
    raise ZeroDivisionError("weights of nothing")
"""


def a_figure(**facts: Any) -> ReportedFigure:
    ordinary = {"unit": "east", "indicator": "revenue", "period": "2026", "value": Decimal(1)}
    return ReportedFigure(**{**ordinary, **facts})


def test_a_pack_that_runs_code_is_not_even_imported_until_its_digest_is_allowed(install: Install) -> None:
    digest = install("roads", "\nraise SystemExit('the code ran')\n")

    refused = open_shelf().installed["roads"]

    assert refused.pack is None
    assert f"把 {digest} 写入 KAOCHENG_PACKS" in refused.why_not


def test_a_pack_runs_once_its_digest_is_allowed_and_not_after_a_byte_of_it_changed(install: Install) -> None:
    reviewed, changed = install("roads"), install("rails", "\n# one more line\n")

    shelf = open_shelf({reviewed, changed.replace(changed[-1], "0" if changed[-1] != "0" else "1")})

    assert shelf.installed["roads"].pack is not None
    assert shelf.installed["rails"].pack is None


def test_a_misspelt_hook_stops_the_start(install: Install) -> None:
    digest = install("roads", "\n@hookimpl\ndef dobts(figure):\n    return []\n")

    with pytest.raises(PackRefused, match=r"roads.*dobts"):
        open_shelf({digest})


def test_a_pack_that_fails_to_load_is_named_and_the_others_stay_usable(install: Install) -> None:
    digests = {install("broken", "\nimport no_such_module\n"), install("roads")}

    shelf = open_shelf(digests)

    assert "no_such_module" in shelf.installed["broken"].why_not
    assert list(shelf.for_tenant({"broken": "2026", "roads": "2026"}).packs) == ["roads"]
    assert "no_such_module" in shelf.for_tenant({"broken": "2026"}).absent["broken"]


def test_two_distributions_may_not_offer_one_pack(install: Install) -> None:
    install("roads", distribution="first")
    install("roads", distribution="second")

    with pytest.raises(PackRefused, match=r"first 与 second|second 与 first"):
        open_shelf()


def test_only_the_packs_a_tenant_enabled_are_asked(install: Install) -> None:
    shelf = open_shelf({install(code, DOUBTS.replace("{code}", code)) for code in ("roads", "rails")})

    answers = shelf.for_tenant({"rails": "2026"}).doubts([(a_figure(), ())])

    assert [(heard.pack, str(heard.answer)) for heard in answers.each[0]] == [("rails", "rails 有疑")]
    assert shelf.for_tenant({}).doubts([(a_figure(), ())]).each == ((),)


def test_a_pack_that_raises_becomes_one_finding_that_names_it_and_the_rest_goes_on(install: Install) -> None:
    shelf = open_shelf({install("bad", RAISES), install("good", DOUBTS.replace("{code}", "good"))})

    answers = shelf.for_tenant({"bad": "2026", "good": "2026"}).doubts([(a_figure(), ())] * 3)

    assert [len(heard) for heard in answers.each] == [1, 1, 1]
    (failure,) = answers.failures
    assert "“bad 包”在回答“疑点”时出错(ZeroDivisionError: weights of nothing)" in str(failure)
    assert "bad 包 failed when asked for doubts" in failure.reason.spoken("en")


def test_an_answer_of_the_wrong_kind_is_the_packs_failure(install: Install) -> None:
    digest = install("bad", "\n@hookimpl\ndef consequences(standing, history):\n    return ['talk']\n")

    answers = (
        open_shelf({digest})
        .for_tenant({"bad": "2026"})
        .consequences([(Standing(year=2026, unit="east", paper="township", grade="较差"), ())])
    )

    assert answers.each == ((),)
    assert "'talk' is not a Consequence" in str(answers.failures[0])


def test_an_edition_the_pack_does_not_carry_is_named_with_those_it_does(install: Install) -> None:
    shelf = open_shelf({install("roads")}).for_tenant({"roads": "2031"})

    assert shelf.packs == {}
    assert shelf.absent["roads"] == "没有 2031 版;现有 2026"


def test_a_template_of_a_pack_not_enabled_reads_like_one_that_does_not_exist() -> None:
    shelf = open_shelf()
    reference = "performance_management:district@2026"

    assert "street" in shelf.for_tenant({"performance_management": "2026"}).template(reference)["papers"]
    with pytest.raises(NoSuchPack) as not_enabled:
        shelf.for_tenant({}).template(reference)
    with pytest.raises(NoSuchPack) as not_there:
        shelf.for_tenant({}).template("no_such:district@2026")
    assert str(not_enabled.value) == str(not_there.value).replace("no_such", "performance_management")
