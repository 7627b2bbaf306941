import json
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STATIC = ROOT / "platform" / "src" / "kaocheng" / "web" / "static"
LOCKS = ("requirements.lock", "requirements-test.lock")
# What a shell needs to run the Makefile up to the point where Python or Node is missing.
PLAIN = ("bash", "sh", "make", "awk", "cat", "mkdir", "mktemp", "rm", "touch", "cp", "env", "sed")


def test_every_locked_dependency_carries_hashes_and_no_address() -> None:
    for lock in LOCKS:
        text = (ROOT / lock).read_text(encoding="utf-8")
        entries = re.split(r"\n(?=\S)", text.strip())
        assert entries
        assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
        assert "://" not in text
        assert "index" not in text.replace("--no-index", "")


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    wanted = {
        "requirements.lock": [*project["project"]["dependencies"], *groups["setup"]],
        "requirements-test.lock": groups["test"],
    }
    for lock, dependencies in wanted.items():
        locked = set(re.findall(r"^([a-z0-9.-]+)==", (ROOT / lock).read_text(encoding="utf-8"), re.M))
        named = {re.split(r"[\[<>=; ]", dependency)[0].lower() for dependency in dependencies}
        assert named <= locked


def test_what_the_pages_load_is_pinned_and_names_no_address() -> None:
    wanted = json.loads((STATIC / "package.json").read_text(encoding="utf-8"))["dependencies"]
    locked = json.loads((STATIC / "package-lock.json").read_text(encoding="utf-8"))["packages"]

    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    for name, version in wanted.items():
        assert locked[f"node_modules/{name}"]["version"] == version
    assert [name for name, facts in locked.items() if "resolved" in facts] == []
    assert [name for name, facts in locked.items() if name and "integrity" not in facts] == []


def test_ci_runs_exactly_the_readmes_test_command() -> None:
    assert re.search(r"^exec make test$", (ROOT / ".ci" / "run").read_text(encoding="utf-8"), re.M)
    assert "make test" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_help_lists_every_verb() -> None:
    said = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert re.findall(r"^make (\w+)", said, re.M) == [
        "help", "setup", "demo", "test", "fast", "check", "bench", "fuzz", "clean",
    ]  # fmt: skip


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A machine with a shell and make, a copy of the house's front door, and neither Python nor Node."""
    for program in PLAIN:
        found = shutil.which(program)
        assert found, program
        (tmp_path / "bin").mkdir(exist_ok=True)
        (tmp_path / "bin" / program).symlink_to(found)
    for name in ("Makefile", *LOCKS, "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(
        STATIC,
        tmp_path / STATIC.relative_to(ROOT),
        ignore=shutil.ignore_patterns("vendor", "node_modules"),
    )
    return tmp_path


def refusal(folder: Path, target: str) -> list[str]:
    done = subprocess.run(
        ["make", target],
        cwd=folder,
        env={"PATH": str(folder / "bin")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    return done.stdout.splitlines()


def program(folder: Path, name: str, script: str) -> None:
    place = folder / "bin" / name
    place.write_text(f"#!/bin/sh\n{script}\n")
    place.chmod(0o755)


def test_a_missing_or_old_python_is_one_sentence_in_two_languages(bare: Path) -> None:
    sentence = ["需要 Python 3.11 或更高版本:请安装后再试。"]
    sentence += ["Python 3.11 or newer is needed: install it and try again."]

    assert refusal(bare, ".venv/bin/python") == sentence
    program(bare, "python3", "exit 1")
    assert refusal(bare, ".venv/bin/python") == sentence


def test_a_python_without_venv_is_one_sentence_in_two_languages(bare: Path) -> None:
    program(bare, "python3", 'case "$2" in *ensurepip*) exit 1;; esac')

    assert [line for line in refusal(bare, ".venv/bin/python") if "venv" in line] == [
        "这个 Python 缺少 venv 模块:请安装(Debian 上是 python3-venv)后再试。",
        "This Python lacks the venv module: install it (python3-venv on Debian) and try again.",
    ]


def test_a_missing_or_old_node_is_one_sentence_in_two_languages(bare: Path) -> None:
    target = str((STATIC / "vendor" / ".fetched").relative_to(ROOT))
    sentence = ["需要 Node.js 20 或更高版本(含 npm):请安装后再试。"]
    sentence += ["Node.js 20 or newer with npm is needed: install it and try again."]

    assert refusal(bare, target) == sentence
    program(bare, "npm", "exit 0")
    program(bare, "node", "exit 1")
    assert refusal(bare, target) == sentence


def test_what_cannot_be_fetched_is_one_sentence_with_the_programs_own_words_under_it(bare: Path) -> None:
    program(bare, "node", "exit 0")
    program(bare, "npm", "echo 'npm error code ENOTFOUND' >&2; exit 1")

    said = refusal(bare, str((STATIC / "vendor" / ".fetched").relative_to(ROOT)))

    assert said[0] == "htmx and ECharts … "
    assert said[1].startswith("没有取到:请核对网络、代理")
    assert said[2].startswith("It could not be fetched: check network, proxy and the package source")
    assert said[3:] == ["    npm error code ENOTFOUND"]


def test_the_wheel_carries_all_that_a_demo_needs(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()

    def carried(pattern: str) -> bool:
        return any(re.fullmatch(pattern, name) for name in names)

    assert carried(r"kaocheng/web/templates/base\.html")
    assert carried(r"kaocheng/web/static/kaocheng\.css")
    assert carried(r"kaocheng/web/static/vendor/htmx\.min\.js")
    assert carried(r"kaocheng/web/static/vendor/echarts\.min\.js")
    assert carried(r"kaocheng/locale/en\.po")
    assert carried(r"kaocheng/_migrations/env\.py")
    assert carried(r"kaocheng/_migrations/versions/2026_11_20_ground\.py")
    assert carried(r"kaocheng/_tenants/yunling/tenant\.toml")
    assert carried(r"kaocheng/_tenants/yunling/workbooks/.+\.xlsx")
    assert not carried(r".*(node_modules|__pycache__).*")
