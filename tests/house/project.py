"""Where things are in this project, for the tests about the project itself."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = {
    "clover_provider": ROOT / "clover_provider",
    "payment_hooks": ROOT / "hooks/payment_hooks",
    "clover_card": ROOT / "contrib/clover_card",
    "clover_demo": ROOT / "contrib/clover_demo",
    "clover_django": ROOT / "contrib/clover_django",
    "clover_graphql": ROOT / "contrib/clover_graphql",
    "clover_oscar": ROOT / "contrib/clover_oscar",
    "clover_otel": ROOT / "contrib/clover_otel",
    "clover_saleor": ROOT / "contrib/clover_saleor",
    "clover_simulator": ROOT / "contrib/clover_simulator",
    "clover_sqlalchemy": ROOT / "contrib/clover_sqlalchemy",
}


def tracked_files():
    """The files that git keeps, or all of an unpacked source distribution."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        return [path for path in ROOT.rglob("*") if path.is_file()]
    names = [name for name in listed.stdout.split("\0") if name]
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def modules():
    """Every module of every package."""
    return [path for folder in PACKAGES.values() for path in folder.rglob("*.py")]
