"""What the shopper agreed to buy, against what is in the basket now.

A request that loaded the basket before it froze may still write into it, so a frozen
basket says nothing: what is ordered is what the snapshot holds, no more and no less.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from oscar.core.loading import get_class, get_model

from clover_django.language.words import Text
from clover_oscar.models import OrderNumber
from clover_oscar.untyped import OscarObject

Fields = dict[str, Any]
Key = tuple[Any, ...]


class GoodsAreMissing(Exception):
    """A line that was paid for is not in the basket any more; a person must decide."""

    def __str__(self) -> str:
        return " ".join(map(str, self.args))


def list_lines(lines: Iterable[OscarObject]) -> list[Fields]:
    """Basket lines in JSON's types: which goods, and how many of them."""
    return [
        {
            "id": line.pk,
            "reference": line.line_reference,
            "product": line.product_id,
            "stockrecord": line.stockrecord_id,
            "options": [[row.option_id, row.value] for row in line.attributes.all()],
            "quantity": line.quantity,
        }
        for line in lines
    ]


def load_lines(basket: OscarObject) -> list[Fields]:
    """The basket's lines as the database has them now."""
    return list_lines(basket.lines.prefetch_related("attributes"))


def is_same(agreed: Iterable[Fields], current: Iterable[Fields]) -> bool:
    """Whether these are the same goods in the same quantities."""
    return _count(agreed) == _count(current)


def key_of(row: Fields) -> Key:
    """Identifies the goods; the line's id changes when it is removed and added again."""
    options = json.dumps(sorted(row.get("options", []), key=repr))
    return (row["reference"], row["product"], row["stockrecord"], options)


def digest(lines: Iterable[Fields]) -> str:
    """A short digest of the goods and their quantities."""
    return sha256(repr(sorted(_count(lines).items(), key=repr)).encode()).hexdigest()


def set_aside(
    basket: OscarObject, agreed: Sequence[Fields], *, may_miss: bool = False
) -> tuple[list[Text], list[Text]]:
    """Leave in the locked basket what was agreed: notes of what was more, and less.

    What was added later goes to an open basket of the shopper.

    Raises:
        GoodsAreMissing: something is less than agreed, and `may_miss` was not set.
    """
    wanted = _count(agreed)
    extra = []
    lines = basket.lines.select_related("product", "stockrecord")
    for line in lines.prefetch_related("attributes__option"):
        (row,) = list_lines([line])
        left = min(line.quantity, wanted[key_of(row)])
        wanted[key_of(row)] -= left
        if line.quantity > left:
            extra.append((line, left))
    missing = [_missing(key, quantity) for key, quantity in (+wanted).items()]
    if missing and not may_miss:
        raise GoodsAreMissing(*missing)
    return (_move(basket, extra) if extra else []), missing


def copy_line(line: OscarObject, quantity: int, into: OscarObject) -> str:
    """Add so many of a line's goods to another basket; returns why not if it fails."""
    options = [
        {"option": attribute.option, "value": attribute.value}
        for attribute in line.attributes.all()
    ]
    try:
        into.add_product(line.product, quantity, options)
    except ValueError as error:
        return str(error)
    return ""


def hand_over(request: OscarObject, submitted_id: object) -> None:
    """Give a guest's browser the basket with what was added after its submit.

    An account owns that basket and needs nothing; a guest's is known by a cookie alone,
    which Oscar's middleware sets for `request.basket`.
    """
    row = OrderNumber.objects.filter(basket_id=submitted_id).first()
    baskets: Any = get_model("basket", "Basket")
    later = baskets.open.filter(pk=row and row.later_basket_id, owner=None).first()
    if later is None or request.user.is_authenticated:
        return
    later.strategy = request.strategy
    if request.basket.pk in (None, submitted_id):
        request.basket = later
        request.cookies_to_delete.append(settings.OSCAR_BASKET_COOKIE_OPEN)
    elif request.basket.pk != later.pk:
        request.basket.merge(later)


def _count(lines: Iterable[Fields]) -> Counter[Key]:
    count: Counter[Key] = Counter()
    for row in lines:
        count[key_of(row)] += row["quantity"]
    return count


def _missing(key: Key, quantity: int) -> Text:
    reference, product_id, *_rest = key
    products: Any = get_model("catalogue", "Product")
    product = products._default_manager.filter(pk=product_id).first()
    return format_lazy(
        _("Paid for, and not in the basket any more: {quantity} x {goods}."),
        quantity=quantity,
        goods=product.get_title() if product else reference,
    )


def _move(basket: OscarObject, extra: list[tuple[OscarObject, int]]) -> list[Text]:
    later = _open_basket(basket)
    notes: list[Text] = []
    for line, left in extra:
        quantity = line.quantity - left
        problem = copy_line(line, quantity, later)
        same = basket.lines.filter(pk=line.pk)
        same.update(quantity=left) if left else same.delete()
        notes.append(
            format_lazy(
                _(
                    "Added after the shopper had agreed to pay, and not ordered: "
                    "{quantity} x {goods}, now in basket {basket}. {problem}"
                ),
                quantity=quantity,
                goods=line.product.get_title(),
                basket=later.pk,
                problem=problem,
            )
        )
    return notes


def _open_basket(basket: OscarObject) -> OscarObject:
    """The shopper's open basket; a guest's is a new one, for `hand_over` to find."""
    baskets: Any = get_model("basket", "Basket")
    owner, row = basket.owner, OrderNumber.objects.filter(basket_id=basket.pk).first()
    mine = {} if owner else {"pk": row and row.later_basket_id}
    later = baskets.open.filter(owner=owner, **mine).first()
    later = later or baskets.open.create(owner=owner)
    selector = get_class("partner.strategy", "Selector")()
    later.strategy = selector.strategy(request=None, user=owner)
    OrderNumber.objects.filter(basket_id=basket.pk).update(later_basket_id=later.pk)
    return later
