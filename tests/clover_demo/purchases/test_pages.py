import pytest

from clover_demo.purchases import pages

PAGE = """
<!doctype html><title>Pay
 now</title>
<form action="/search/"><input name="q"><button name="go" value="1">Go</button></form>
<form method="post" action="/pay/">
  <input type="hidden" name="csrfmiddlewaretoken" value="abc">
  <input name="empty"><input type="submit" name="send" value="Send">
  <input type="checkbox" name="off" value="1">
  <input type="checkbox" name="on" value="1" checked>
  <input type="radio" name="kind" value="a">
  <input type="radio" name="kind" value="b" checked>
  <input type="radio" name="open" value="a"><input type="radio" name="open" value="b">
  <select name="country"><option value="CA">Canada<option value="US" selected>US</select>
  <textarea name="note"></textarea>
  <clover-card public-key="key-1" script-url="http://clover/sdk.js"></clover-card>
</form>
<div class="alert alert-danger"><p>Your card<br>was <b>declined</b>.</p></div>
<p>Nothing to see</p>
<p role="alert">Try again.</p>
<a href="/catalogue/mug_1/">Mug</a>
"""


@pytest.fixture
def page():
    return pages.read(PAGE)


def test_a_form_holds_what_a_browser_would_send(page):
    form = page.form_with("csrfmiddlewaretoken")

    assert (form.action, form.method) == ("/pay/", "post")
    assert form.fields == {
        "csrfmiddlewaretoken": "abc",
        "empty": "",
        "on": "1",
        "kind": "b",
        "open": "",
        "country": "US",
        "note": "",
    }


def test_forms_are_found_by_where_they_lead(page):
    assert page.form_to("/search/").fields == {"q": ""}
    assert page.form_to("/nowhere/") is None
    assert page.form_with("no such field") is None


def test_what_is_typed_goes_into_fields_that_are_there(page):
    form = page.form_to("/search/")

    assert form.filled({"q": "mug"}) == {"q": "mug"}
    with pytest.raises(KeyError, match="no field 'card'"):
        form.filled({"card": "4242"})


def test_title_alerts_links_and_custom_elements_are_read(page):
    assert page.title == "Pay now"
    assert page.alerts == ["Your cardwas declined.", "Try again."]
    assert page.links == ["/catalogue/mug_1/"]
    assert page.elements["clover-card"]["public-key"] == "key-1"
