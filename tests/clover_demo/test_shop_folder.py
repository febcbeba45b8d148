import sqlite3

import pytest

from clover_demo import shop_folder


@pytest.fixture
def folder(tmp_path):
    """A folder with a template of one table, as a set-up leaves it."""
    with sqlite3.connect(tmp_path / shop_folder.TEMPLATE_FILE) as connection:
        connection.execute("create table orders (number text)")
    connection.close()
    (tmp_path / shop_folder.LEDGER_TEMPLATE_FILE).touch()
    stamp = shop_folder.version_stamp()
    (tmp_path / shop_folder.STAMP_FILE).write_text(stamp)
    return tmp_path


def orders(folder):
    connection = sqlite3.connect(folder / "shop.sqlite3")
    try:
        return connection.execute("select number from orders").fetchall()
    finally:
        connection.close()


def sell(folder):
    with sqlite3.connect(folder / "shop.sqlite3") as connection:
        connection.execute("insert into orders values ('100001')")
    connection.close()


def test_a_template_of_this_version_is_used_again(folder):
    assert shop_folder.is_ready(folder)


def test_a_template_of_another_version_is_not_used(folder):
    (folder / shop_folder.STAMP_FILE).write_text("clover-provider 0.0.1\n")

    assert not shop_folder.is_ready(folder)


def test_a_set_up_that_was_interrupted_is_not_used(folder):
    (folder / shop_folder.STAMP_FILE).unlink()

    assert not shop_folder.is_ready(folder)


def test_a_set_up_without_the_ledgers_template_is_not_used(folder):
    (folder / shop_folder.LEDGER_TEMPLATE_FILE).unlink()

    assert not shop_folder.is_ready(folder)


def test_every_start_opens_a_new_ledger(folder):
    shop_folder.open_shop(folder)
    (folder / "shop.clover.sqlite3").write_text("payments of yesterday")

    shop_folder.open_shop(folder)

    assert (folder / "shop.clover.sqlite3").read_text() == ""


def test_every_start_opens_a_shop_without_orders(folder):
    shop_folder.open_shop(folder)
    sell(folder)
    assert orders(folder) == [("100001",)]

    shop_folder.open_shop(folder)

    assert orders(folder) == []


def test_forgetting_leaves_what_is_not_of_the_shop(folder):
    shop_folder.open_shop(folder)
    (folder / "media").mkdir()
    (folder / "notes.txt").write_text("mine")

    shop_folder.forget(folder)

    assert [path.name for path in folder.iterdir()] == ["notes.txt"]


def test_progress_counts_migrations_and_products():
    assert shop_folder.count_steps() > 100
