"""What is refused leaves nothing of itself in the frames of the traceback."""

import inspect
import pickle
import traceback

import pytest

from payment_hooks import (
    Address,
    CardDetails,
    ChargeDetails,
    Customer,
    InvalidRequest,
    Level2,
    Money,
    PaymentRequest,
    PaymentSource,
    RemoveSourceRequest,
    SavedSource,
    SaveSourceRequest,
)
from payment_hooks.model.secrecy import Masked, forget_frames, forgetful, forgetful_type
from payment_hooks.storefront import read_entry

NUMBER = "4264281511117771"
WRONG = "4264281511117772"
CODE = "8637"
NAME = "Canary Q. Cardholder"
TOKEN = "clv_1TSTSq7Wd9Zk3Xv5Rb8Nm2Lp"
CARD = {
    "number": NUMBER,
    "exp_month": 12,
    "exp_year": 2099,
    "cvc": CODE,
    "name": NAME,
    "address_line1": "1 Canary Street",
    "postal_code": "99837",
}
CANARIES = (NUMBER, WRONG, CODE, NAME, "Canary Street", "99837", TOKEN, "4264 2815")


def a_card(**changes):
    return lambda: CardDetails(**CARD | changes)


def a_source(**values):
    return lambda: PaymentSource(**values)


def a_request(**changes):
    values = {
        "amount": Money(1, "USD"),
        "source": PaymentSource(token=TOKEN),
        "reference": "1",
    }
    return lambda: PaymentRequest(**values | changes)


def details(**values):
    return lambda: ChargeDetails(**values)


def an_address(**values):
    return lambda: Address(**values)


def an_entry(**changes):
    sent = {"number": NUMBER, "cvc": CODE, "name": NAME, "expMonth": 1} | changes
    return lambda: read_entry({"card": {"expYear": 2099} | sent})


REFUSALS = {
    "a wrong digit": a_card(number=WRONG),
    "a short number": a_card(number="4264"),
    "letters": a_card(number=f"{NUMBER}x"),
    "a number of a number": a_card(number=int(NUMBER)),
    "a number in bytes": a_card(number=NUMBER.encode()),
    "no number": a_card(number=None),
    "month 13": a_card(exp_month=13),
    "a month of text": a_card(exp_month="12"),
    "the number as month": a_card(exp_month=int(NUMBER)),
    "the number as year": a_card(exp_year=NUMBER),
    "two digits of a year": a_card(exp_year=99),
    "a long code": a_card(cvc=f"{CODE}5"),
    "a code of a number": a_card(cvc=int(CODE)),
    "the number as code": a_card(cvc=NUMBER),
    "no code": a_card(cvc=None),
    "an unknown name": a_card(cvv=CODE),
    "a missing name": lambda: CardDetails(number=NUMBER, cvc=CODE),
    "by position": lambda: CardDetails(NUMBER, 12, 2099, CODE),
    "a token with a blank": a_source(token=f"{TOKEN} "),
    "a token with a line break": a_source(token=f"{TOKEN}\n"),
    "a card as token": a_source(token=NUMBER),
    "a card in groups as token": a_source(token="4264 2815 1111 7771"),
    "a token in bytes": a_source(token=TOKEN.encode()),
    "a misspelt token": a_source(tokn=TOKEN),
    "a token by position": lambda: PaymentSource(TOKEN),
    "a card as description": details(description=NUMBER),
    "a card as descriptor": details(statement_descriptor=NUMBER),
    "a card in the metadata": details(metadata={NAME: NUMBER}),
    "a number in the metadata": details(metadata={NAME: int(NUMBER)}),
    "a misspelt detail": details(descripton=NUMBER),
    "a card as address": an_address(line1=NUMBER, city=NAME),
    "a card as purchase order": lambda: Level2(purchase_order=NUMBER),
    "a request without reference": lambda: PaymentRequest(
        amount=Money(1, "USD"),
        source=PaymentSource(token=TOKEN),
        reference="",
        details=ChargeDetails(description=NAME),
    ),
    "a request without money": a_request(amount=1),
    "a misspelt request": a_request(descripton=NUMBER),
    "a card as saved source": lambda: SavedSource(source_id=NUMBER),
    "a saved source with a blank": lambda: SavedSource(source_id=f"{TOKEN} "),
    "a card to remove": lambda: RemoveSourceRequest(source_id=NUMBER),
    "a source saved under a card": lambda: SaveSourceRequest(
        source=PaymentSource(token=TOKEN), email="a@b.example", name=NUMBER
    ),
    "a source saved under no address": lambda: SaveSourceRequest(
        source=PaymentSource(token=TOKEN), email=NAME
    ),
    "a form with a wrong digit": an_entry(number=WRONG),
    "a form with a number of a number": an_entry(number=int(NUMBER)),
    "a form with a long code": an_entry(cvc=f"{CODE}{CODE}"),
    "a form with a long name": an_entry(name=NAME * 100),
    "a form with an odd month": an_entry(expMonth=[NUMBER]),
    "a form with a card as token": lambda: read_entry({"token": NUMBER}),
    "a form with both": lambda: read_entry({"token": TOKEN, "card": CARD}),
    "a form with a text as card": lambda: read_entry({"card": NUMBER}),
    "a form with a wrong mode": lambda: read_entry({"card": CARD, "mode": NUMBER}),
}


def refusal_of(act):
    try:
        act()
    except Exception as error:  # noqa: BLE001  whatever it is, it must be clean
        return error
    pytest.fail("it was not refused")


def frames_of(error):
    """The local variables of every frame of ours, in the whole chain."""
    shown, links, seen = [], [error], set()
    while links:
        link = links.pop()
        if link is None or id(link) in seen:
            continue
        seen.add(id(link))
        frames = traceback.TracebackException.from_exception(link, capture_locals=True)
        # What the caller typed is in the caller's own frames.
        shown += [
            f"{frame.name} {frame.locals}"
            for frame in frames.stack
            if frame.filename != __file__
        ]
        links += [link.__cause__, link.__context__]
    return shown


@pytest.mark.parametrize("act", REFUSALS.values(), ids=REFUSALS.keys())
def test_no_frame_of_a_refusal_holds_anything_of_a_card_or_token(act):
    error = refusal_of(act)

    shown = "\n".join([*frames_of(error), repr(error), str(error.args)])
    shown += pickle.dumps(error).decode("latin-1")
    assert [canary for canary in CANARIES if canary in shown] == []


def test_the_search_finds_what_a_frame_holds():
    scope = {}
    code = "def keep(number):\n    raise ValueError"
    exec(compile(code, "/somewhere/cards.py", "exec"), scope)

    error = refusal_of(lambda: scope["keep"](NUMBER))

    assert NUMBER in str(frames_of(error))


@pytest.mark.parametrize(
    "changes",
    [
        {"number": int(NUMBER)},
        {"number": None},
        {"cvc": 863},
        {"cvc": None},
        {"exp_month": "12"},
        {"exp_year": "2099"},
        {"exp_year": None},
        {"exp_month": 12.0},
    ],
)
def test_what_is_no_text_or_no_number_is_refused_like_a_wrong_card(changes):
    with pytest.raises(InvalidRequest):
        CardDetails(**CARD | changes)


def test_the_caller_sees_where_it_was_refused():
    error = refusal_of(a_card(number=WRONG))

    names = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
    assert names == ["refusal_of", "<lambda>", "forgetting"]


def test_what_the_caller_was_handling_keeps_its_frames():
    handled = []

    def refuse_while_handling():
        try:
            raise LookupError("the caller's own")
        except LookupError as own:
            handled.append(own)
            a_card(number=WRONG)()

    error = refusal_of(refuse_while_handling)

    assert error.__context__ is handled[0]
    assert handled[0].__traceback__ is not None


def test_number_and_code_of_a_card_are_masked_by_themselves():
    card = CardDetails(**CARD)

    assert (card.number, card.cvc) == (NUMBER, CODE)
    assert f"{card.number} {card.cvc}" == f"{NUMBER} {CODE}"
    assert repr([card.number, card.cvc]) == "['***', '***']"


def test_a_request_prints_nothing_that_the_shop_wrote_about_the_shopper():
    home = Address(first_name=NAME, line1="1 Canary Street", postal_code="99837")
    told = ChargeDetails(
        description=NAME,
        metadata={"note": NAME},
        shopper_email="canary@b.example",
        shopper_ip="203.0.113.7",
        statement_descriptor=NAME,
        billing_address=home,
        shipping_address=home,
        level2=Level2(purchase_order=NAME, merchant_tax_id=NAME),
    )

    shown = repr(a_request(details=told)()) + repr(told.level2) + repr(home)

    assert not [text for text in ("anary", "99837", "203.0.113") if text in shown]


@pytest.mark.parametrize("kind", [CardDetails, PaymentSource, PaymentRequest])
def test_a_forgetful_type_still_says_its_arguments(kind):
    assert "self" in inspect.signature(kind.__init__).parameters
    assert len(inspect.signature(kind).parameters) > 3


def test_a_forgetful_function_gives_its_result_and_keeps_its_name():
    @forgetful
    def double(number):
        """Twice the number."""
        return 2 * number

    assert (double(2), double.__name__, double.__doc__) == (
        4,
        "double",
        "Twice the number.",
    )


def test_causes_lose_their_frames_too():
    @forgetful
    def read(text):
        try:
            int(text)
        except ValueError as error:
            raise InvalidRequest("no number") from error

    error = refusal_of(lambda: read(Masked(NUMBER + "x")))

    assert error.__cause__.__traceback__ is None
    assert NUMBER not in str(frames_of(error))


def test_a_circle_of_causes_is_no_trap():
    first, second = ValueError(1), ValueError(2)
    first.__cause__, second.__cause__ = second, first

    forget_frames(first)

    assert first.__traceback__ is second.__traceback__ is None


def test_a_forgetful_type_is_the_type_itself():
    assert forgetful_type(type("Odd", (), {})).__name__ == "Odd"
    assert Customer(first_name=NAME).first_name == NAME
