"""Tools read the templates before there is a request, as django-compressor does."""

import pytest
from django.template import Context
from django.template.loader import get_template
from django.template.loader_tags import ExtendsNode


@pytest.mark.parametrize("page", ["cancel", "not_paid", "paid", "status"])
def test_a_page_extends_the_plain_one_where_no_other_is_named(page):
    template = get_template(f"clover_django/{page}.html").template
    context = Context()
    (extends,) = template.nodelist.get_nodes_by_type(ExtendsNode)

    with context.bind_template(template):
        assert extends.get_parent(context).name == "clover_django/base.html"
