"""Lists under `/v1`: pages, cursors, filters, order."""

from datetime import UTC, datetime

import pytest

from tests.clover_simulator.api.test_refunds import refund

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def switch(clover_simulator):
    return clover_simulator.switch


def ids(page):
    assert page.status == 200, page.text
    return [row["id"] for row in page.json()["data"]]


@pytest.fixture
def hourly(client):
    """Three charges, made at 12, 13 and 14 o'clock."""
    client.simulator.clock.freeze(NOON)
    made = []
    for amount in (1, 2, 3):
        made.append(client.charge(amount).json())
        client.simulator.clock.advance(hours=1)
    return made


def test_charges_are_listed_newest_first_in_pages_that_begin_with_the_cursor(
    client, hourly
):
    old, middle, new = (charge["id"] for charge in hourly)

    first = client.get("/v1/charges", limit=2)
    second = client.get("/v1/charges", limit=2, starting_after=middle)
    last = client.get("/v1/charges", limit=2, starting_after=old)

    assert [ids(first), ids(second), ids(last)] == [[new, middle], [middle, old], [old]]
    assert [page.json()["has_more"] for page in (first, second, last)] == [
        True,
        False,
        False,
    ]
    assert (first.json()["object"], first.json()["url"]) == ("list", "/v1/charges")


def test_a_page_before_a_cursor_begins_with_it_too(client, hourly):
    old, middle, new = (charge["id"] for charge in hourly)

    page = client.get("/v1/charges", limit=2, ending_before=old)
    rest = client.get("/v1/charges", limit=2, ending_before=middle)

    assert [ids(page), ids(rest)] == [[old, middle], [middle, new]]
    assert (page.json()["has_more"], rest.json()["has_more"]) == (True, False)


def test_cursors_can_leave_out_what_they_name(client, hourly, switch):
    old, middle, new = (charge["id"] for charge in hourly)
    switch(list_cursors="exclusive")

    after = client.get("/v1/charges", limit=2, starting_after=middle)
    before = client.get("/v1/charges", limit=2, ending_before=old)

    assert [ids(after), ids(before)] == [[old], [new, middle]]


def test_refunds_have_inclusive_cursors_too(client):
    charge = client.charge(100).json()["id"]
    first, second = (refund(client, charge, amount=1).json()["id"] for _ in range(2))

    assert ids(client.get("/v1/refunds", starting_after=second)) == [second, first]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"created.gt": "1772366400000"}, [2, 1]),
        ({"created.gte": "1772366400000"}, [2, 1, 0]),
        ({"created.lt": "1772370000000"}, [0]),
        ({"created.lte": "1772370000000"}, [1, 0]),
        ({"created": "1772370000000"}, [1]),
        ({"created.gte": "1772370000000", "created.lt": "1772373600000"}, [1]),
        ({"created.gt": "2026-03-01 12:30:00"}, [2, 1]),
        ({"created.gt": "2026-03-01T123000"}, [2, 1]),
        ({"created.gte": "2026-03-01"}, [2, 1, 0]),
        ({"created.lt": "2026-03-01"}, []),
    ],
)
def test_time_filters_are_written_with_a_dot(client, hourly, query, found):
    expected = [hourly[index]["id"] for index in found]

    assert ids(client.get("/v1/charges", **query)) == expected


@pytest.mark.parametrize("path", ["/v1/charges", "/v1/refunds"])
def test_a_filter_in_brackets_is_ignored_like_anything_unknown(client, path, switch):
    refund(client, client.charge(100).json()["id"], amount=1)
    query = {"created[gte]": "9999999999999"}
    ignored = client.get(path, **query)
    switch(unknown_parameters="refuse")

    assert len(ids(ignored)) == 1
    assert client.get(path, **query).status == 400
    assert client.get(path, favourite_colour="blue").status == 400
    assert client.get(path, limit=10, **{"created.gte": "0"}).status == 200


@pytest.mark.parametrize("path", ["/v1/charges", "/v1/refunds"])
def test_time_filters_can_be_ignored_or_refused(client, path, switch):
    refund(client, client.charge(100).json()["id"], amount=1)
    query = {"created.lt": "1"}
    honoured = client.get(path, **query)
    switch(time_filters="ignored")
    ignored = client.get(path, **query)
    switch(time_filters="refused")

    assert (ids(honoured), len(ids(ignored))) == ([], 1)
    assert client.get(path, **query).status == 400
    assert client.get(path).status == 200


def test_rows_can_come_in_any_order_and_the_same_one_every_time(client, switch):
    made = [client.charge(amount).json()["id"] for amount in range(1, 9)]
    newest_first = ids(client.get("/v1/charges"))
    switch(list_order="oldest_first")
    oldest_first = ids(client.get("/v1/charges"))
    switch(list_order="shuffled")
    shuffled = [ids(client.get("/v1/charges")) for _ in range(2)]

    assert (newest_first, oldest_first) == (made[::-1], made)
    assert shuffled[0] == shuffled[1]
    assert sorted(shuffled[0]) == sorted(made)
    assert shuffled[0] not in (made, made[::-1])


def test_a_shuffled_list_is_read_in_pages(client, switch):
    made = {client.charge(amount).json()["id"] for amount in range(1, 6)}
    switch(list_order="shuffled")
    found, cursor = set(), {}

    for _ in range(4):
        page = ids(client.get("/v1/charges", limit=2, **cursor))
        found |= set(page)
        cursor = {"starting_after": page[-1]}

    assert found == made


def test_ten_rows_are_a_page(client):
    for _ in range(11):
        client.charge()

    page = client.get("/v1/charges")

    assert (len(ids(page)), page.json()["has_more"]) == (10, True)


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "101"},
        {"limit": "x"},
        {"starting_after": "nothing"},
        {"ending_before": "nothing"},
        {"created.gt": "yesterday"},
        {"created.gt": "2026-13-01"},
        {"created.lte": "2026-01-01 25:00:00"},
    ],
)
def test_a_malformed_list_query_is_refused(client, query):
    client.charge()

    assert client.get("/v1/charges", **query).status == 400
