"""The packs of this repository are allowed by digest, like any other: a changed one must be reviewed anew."""

from pathlib import Path

from kaocheng.packs.digest import SHIPPED, folder_digest

PLUGINS = Path(__file__).parents[2] / "plugins"


def test_the_release_names_the_digest_of_the_pack_it_ships() -> None:
    folder = PLUGINS / "target_responsibility" / "src" / "kaocheng_target_responsibility"

    assert folder_digest(folder) in SHIPPED, "review the pack, then write this digest into packs/digest.py"
