import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kaocheng import settings
from kaocheng.cli import work
from kaocheng.db import schema

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "platform" / "src" / "kaocheng"
STANDARD = sys.stdlib_module_names
LONGEST = 400
# Longer than the rest, each for a reason that is told at its own head.
LONG_ON_PURPOSE: frozenset[str] = frozenset()


def imports(file: Path) -> Iterator[str]:
    """Every module a file imports, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: a relative import hides which stage it reaches into"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def strangers(files: list[Path], allowed: tuple[str, ...]) -> list[str]:
    """The imports that are neither the standard library's nor *allowed*."""
    return [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in files
        for name in imports(file)
        if name.split(".")[0] not in STANDARD
        and not any(name == known or name.startswith(f"{known}.") for known in allowed)
    ]


def tracked(*patterns: str) -> list[Path]:
    """The files of the repository; of the folder, where there is no repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode != 0:
        pytest.skip("not a checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_each_stage_knows_only_the_stages_before_it() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_platform_never_holds_an_init_because_it_would_shadow_the_standard_library() -> None:
    assert not (ROOT / "platform" / "__init__.py").exists()
    assert not (ROOT / "platform" / "src" / "__init__.py").exists()


def test_the_engine_imports_numpy_and_nothing_else() -> None:
    ours = ("kaocheng.engine", "kaocheng.numbers", "kaocheng.errors", "kaocheng.i18n")

    assert strangers(sorted((SOURCE / "engine").rglob("*.py")), ("numpy", *ours)) == []


def test_the_kit_for_packs_reaches_no_database_page_or_person() -> None:
    ours = ("kaocheng.packs", "kaocheng.engine", "kaocheng.numbers", "kaocheng.errors", "kaocheng.i18n")

    assert strangers(sorted((SOURCE / "packs").rglob("*.py")), ("pluggy", "numpy", *ours)) == []


def test_the_rulebook_needs_no_database_and_no_pages() -> None:
    allowed = (
        "numpy", "kaocheng.rulebook", "kaocheng.packs", "kaocheng.engine",
        "kaocheng.numbers", "kaocheng.errors", "kaocheng.i18n",
    )  # fmt: skip

    assert strangers(sorted((SOURCE / "rulebook").rglob("*.py")), allowed) == []


@pytest.mark.parametrize("pack", sorted(p.parent.name for p in (ROOT / "plugins").glob("*/pyproject.toml")))
def test_a_pack_imports_the_kit_the_engine_and_itself(pack: str) -> None:
    source = ROOT / "plugins" / pack / "src"
    own = tuple(folder.name for folder in source.iterdir() if folder.is_dir())

    assert strangers(sorted(source.rglob("*.py")), ("numpy", "kaocheng.packs", "kaocheng.engine", *own)) == []


def test_values_and_rules_of_a_stage_know_neither_tables_nor_pages() -> None:
    outside = ("sqlalchemy", "asyncpg", "psycopg", "litestar", "jinja2", "openpyxl")
    found = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in sorted(SOURCE.glob("*/domain.py"))
        for name in imports(file)
        if name.split(".")[0] in outside
    ]

    assert found == []


def test_only_one_module_may_import_keycloak() -> None:
    found = {
        str(file.relative_to(SOURCE))
        for file in SOURCE.rglob("*.py")
        for name in imports(file)
        if name.split(".")[0] == "keycloak"
    }

    assert found <= {"identity/keycloak.py"}


def test_whoever_checks_the_record_shares_nothing_with_whoever_wrote_it() -> None:
    verifier = SOURCE / "record" / "verify.py"

    assert strangers([verifier], ("psycopg", "cryptography", "kaocheng.errors", "kaocheng.i18n")) == []


def test_every_table_of_a_stage_is_in_the_list() -> None:
    made = {
        match
        for file in SOURCE.rglob("*.py")
        for match in re.findall(r"""\bTable\(\s*["'](\w+)["']""", file.read_text(encoding="utf-8"))
    }

    assert made == {*schema.SHARED, *schema.TENANTS_OWN}
    assert len(schema.SHARED + schema.TENANTS_OWN) == len({*schema.SHARED, *schema.TENANTS_OWN})


def test_the_worker_knows_every_stages_jobs() -> None:
    stages = {
        file.parent.name for file in SOURCE.glob("*/jobs.py") if "@queue." in file.read_text(encoding="utf-8")
    }

    assert {module.__name__.split(".")[1] for module in work.JOBS} == stages


def test_every_setting_is_documented_and_every_documented_setting_exists() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`(KAOCHENG_[A-Z_]+|DATABASE_URL)`", page))

    assert told == set(settings.variables())


def test_no_other_module_reads_the_environment() -> None:
    reads = [
        str(file.relative_to(SOURCE))
        for file in SOURCE.rglob("*.py")
        if re.search(
            r"\bos\.(environ|getenv)\b|\bfrom os import .*\benviron\b", file.read_text(encoding="utf-8")
        )
    ]

    assert reads == ["settings.py"]


def test_every_module_opens_with_the_sentence_that_says_why_it_exists() -> None:
    silent = [
        str(file.relative_to(ROOT))
        for file in SOURCE.rglob("*.py")
        if file.stat().st_size and not ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
    ]

    assert silent == []


def test_no_file_is_longer_than_one_person_reads_at_a_sitting() -> None:
    long = {
        str(file.relative_to(ROOT))
        for file in tracked("*.py")
        if len(file.read_text(encoding="utf-8").splitlines()) > LONGEST
    }

    assert long == LONG_ON_PURPOSE


def test_the_repository_names_no_machine_and_no_download_address() -> None:
    machine = re.compile(r"(?<![\w.~-])/(?:work|root|tmp|home|Users|farm)/[a-z]")
    address = re.compile(r'"resolved": *"http|--index-url|--extra-index-url|registry *= *"?http')
    found = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in tracked()
        if file != Path(__file__) and (text := readable(file)) is not None
        for number, line in enumerate(text.splitlines(), 1)
        if machine.search(line) or address.search(line)
    ]

    assert found == []


def readable(file: Path) -> str | None:
    """A file as text; None for a workbook or picture."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None
