import pytest
from haystack.query import SQ
from oscar.test import factories

from clover_demo.search import ShelfBackend, ShelfQuery

pytestmark = pytest.mark.django_db


@pytest.fixture
def categories():
    return [factories.CategoryFactory(name=name) for name in ("Coffee", "Cups")]


@pytest.fixture(autouse=True)
def _products(categories):
    for title, price, category in (
        ("Dark roast", "18.00", categories[0]),
        ("Light roast", "21.00", categories[0]),
        ("Mug", "14.00", categories[1]),
    ):
        product = factories.create_product(title=title, price=price, num_in_stock=1)
        product.categories.add(category)


def find(query="*", **options):
    answer = ShelfBackend("default").search(query, **options)
    return [result.object.title for result in answer["results"]], answer["hits"]


def test_no_words_find_everything():
    assert find() == (["Dark roast", "Light roast", "Mug"], 3)


def test_all_words_must_be_found():
    assert find("roast light") == (["Light roast"], 1)


def test_categories_are_found_by_their_ids(categories):
    assert find(f"category:{categories[1].pk}") == (["Mug"], 1)


def test_a_page_says_how_many_there_are_in_all():
    assert find(start_offset=1, end_offset=2) == (["Light roast"], 3)


def test_what_was_found_can_be_sorted():
    assert find(sort_by=["-price"])[0] == ["Light roast", "Dark roast", "Mug"]
    assert find(sort_by=["title_exact"])[0] == ["Dark roast", "Light roast", "Mug"]


def test_a_query_of_oscars_pages_becomes_words_and_categories():
    query = ShelfQuery(using="default")
    query.add_filter(SQ(is_public="true"))
    query.add_filter(SQ(content="roast"))
    query.add_filter(SQ(category__in=[1, 2]))

    assert query.build_query() == "roast category:1,2"
