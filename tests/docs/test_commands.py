"""Each command says in one line what to install where its packages are missing.

The environments are real ones: what pip installs for an extra, and no package more.
"""

import pytest

CORE = frozenset({"clover-provider"})
CLI = frozenset({"clover-provider[cli]"})
DEMO = frozenset({"clover-provider[demo]"})
GRAPHQL = frozenset({"clover-provider[cli,graphql]"})
LACKS = {"simulate": "simulator", "demo": "demo", "graphql-schema": "graphql"}
"""The commands that the extra `cli` alone does not bring, and the extra that does."""

pytestmark = pytest.mark.slow


def lines_of(done):
    assert "Traceback" not in done.stdout
    return [line for line in done.stdout.splitlines() if line.strip()]


@pytest.mark.parametrize("arguments", [[], ["--help"], ["demo"], ["recover"]])
def test_without_click_every_command_names_the_extra(environments, tmp_path, arguments):
    done = environments[CORE].start("clover", *arguments, folder=tmp_path)

    [line] = lines_of(done)
    assert done.returncode == 2
    assert line.endswith("pip install 'clover-provider[cli]'")


@pytest.mark.parametrize("command", LACKS)
def test_a_command_without_its_packages_names_its_extra(
    environments, tmp_path, command
):
    done = environments[CLI].start("clover", command, folder=tmp_path)

    [line] = lines_of(done)
    assert done.returncode == 1
    assert line.endswith(f"pip install 'clover-provider[{LACKS[command]}]'")


def test_the_list_of_commands_needs_no_extra_but_its_own(environments, tmp_path):
    done = environments[CLI].start("clover", "--help", folder=tmp_path)

    listed = "\n".join(lines_of(done))
    assert done.returncode == 0
    assert all(f"  {name} " in listed for name in (*LACKS, "card-package", "doctor"))


def test_what_the_extra_brings_works(environments, tmp_path):
    """The commands that need no shop: each does its work, or asks for its options."""
    clover = environments[CLI].start
    package = clover("clover", "card-package", "card", folder=tmp_path)
    plugins = clover("clover", "plugins", folder=tmp_path)
    doctor = clover("clover", "doctor", folder=tmp_path)
    consent = clover("clover", "oauth-url", folder=tmp_path)
    recover = clover("clover", "recover", folder=tmp_path)
    reconcile = clover("clover", "reconcile", folder=tmp_path)

    assert [package.returncode, plugins.returncode] == [0, 0]
    [written] = tmp_path.glob("card/**/package.json")
    assert str(written.parent.relative_to(tmp_path)) in package.stdout
    assert (doctor.returncode, "settings" in "".join(lines_of(doctor))) == (1, True)
    assert "--redirect-uri" in lines_of(consent)[-1]
    assert "--payments" in lines_of(recover)[-1]
    assert "--payments" in lines_of(reconcile)[-1]


def test_the_schema_is_printed_with_its_extra_alone(environments, tmp_path):
    done = environments[GRAPHQL].start("clover", "graphql-schema", folder=tmp_path)

    assert done.returncode == 0
    assert "type Mutation {" in lines_of(done)


def test_the_demo_sells_with_its_extra_alone(environments, tmp_path):
    done = environments[DEMO].start("clover", "demo", "--once", folder=tmp_path)

    assert done.returncode == 0, done.stdout
    assert "Order" in "\n".join(lines_of(done))
