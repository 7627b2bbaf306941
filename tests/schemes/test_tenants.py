"""The tenants that come with the platform: their folders, schemes and workbooks fit one another."""

import tomllib
from pathlib import Path

import pytest

from kaocheng.engine.recipe import Recipe
from kaocheng.packs.shelf import open_shelf
from kaocheng.schemes.service import check
from kaocheng.tenancy.folder import TenantFolder, read_all

TENANTS = Path(__file__).parents[2] / "tenants"
FOLDERS = {folder.code: folder for folder in read_all(TENANTS)}
ASSESSING = [code for code, folder in FOLDERS.items() if folder.scheme is not None]


def a_recipe(folder: TenantFolder) -> Recipe:
    assert folder.scheme is not None
    return check(folder.scheme, open_shelf().for_tenant(folder.packs)).recipe()


def test_everything_in_them_is_marked_as_invented() -> None:
    assert all(folder.invented for folder in FOLDERS.values())
    assert all(past.invented for folder in FOLDERS.values() for past in folder.history)
    assert all("虚构" in path.read_text("utf-8") for path in TENANTS.glob("*/*办法.md"))


def test_the_county_and_the_district_report_to_the_city() -> None:
    assert {code: folder.reports_to for code, folder in FOLDERS.items()} == {
        "qingjiang": (),
        "donghu": ("qingjiang",),
        "yunling": ("qingjiang",),
    }


@pytest.mark.parametrize("code", ASSESSING)
def test_every_class_and_every_collector_of_a_scheme_is_in_the_folder(code: str) -> None:
    folder, recipe = FOLDERS[code], a_recipe(FOLDERS[code])
    named = {str(rule["collector"]) for rule in recipe.figures.values() if "collector" in rule}
    reporting = {person.unit for person in folder.people if "collector" in person.roles}

    assert {paper.group for paper in recipe.papers.values()} == {u.group for u in folder.units if u.group}
    assert named <= {unit.label for unit in folder.units}
    assert {unit.code for unit in folder.units if unit.label in named} <= reporting


@pytest.mark.parametrize("code", ASSESSING)
def test_every_assessed_unit_has_somebody_to_speak_for_it(code: str) -> None:
    folder = FOLDERS[code]
    liaisons = {person.unit for person in folder.people if "liaison" in person.roles}

    assert {unit.code for unit in folder.units if unit.group} <= liaisons


@pytest.mark.parametrize("code", ASSESSING)
def test_each_workbook_is_one_form_and_each_form_has_a_workbook(code: str) -> None:
    folder = FOLDERS[code]
    found = {
        path.name: [form.code for form in folder.forms if form.pattern in path.stem]
        for path in (TENANTS / code / "workbooks").glob("*.xlsx")
    }

    assert all(len(forms) == 1 for forms in found.values()), found
    assert {forms[0] for forms in found.values()} == {form.code for form in folder.forms}


@pytest.mark.parametrize("code", ASSESSING)
def test_each_clause_a_rule_cites_is_in_the_words_of_the_document(code: str) -> None:
    document = "".join(next((TENANTS / code).glob("*办法.md")).read_text("utf-8").split())
    catalogue = {c: words for c, words in a_recipe(FOLDERS[code]).clauses.items() if not c.startswith("表.")}

    assert {c for c, words in catalogue.items() if words not in document} == set()


def test_the_two_schemes_differ_in_kind() -> None:
    composed = {
        code: {
            node["compose"]
            for paper in a_recipe(FOLDERS[code]).papers.values()
            for node in paper.nodes.values()
            if node.composed
        }
        for code in ASSESSING
    }

    assert composed["yunling"] == {"sum", "weighted"}
    assert {"product", "weighted_mean"} <= composed["donghu"]


def test_the_countys_workbooks_are_those_the_office_handed_over() -> None:
    names = sorted(path.name for path in (TENANTS / "yunling" / "workbooks").iterdir())

    assert [name[:2] for name in names] == [f"0{number}" for number in range(1, 9)]
    assert tomllib.loads((TENANTS / "yunling" / "scheme.toml").read_text("utf-8"))["scheme"]["year"] == 2026
