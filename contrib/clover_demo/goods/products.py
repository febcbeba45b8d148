"""What the demo shop sells."""

from dataclasses import dataclass
from decimal import Decimal

COFFEE, CUPS = "Coffee", "Mugs & brewing"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoProduct:
    """One product, its price in US dollars."""

    title: str
    category: str
    price: Decimal
    description: str


PRODUCTS = (
    DemoProduct(
        title="Sunrise Blend",
        category=COFFEE,
        price=Decimal("16.50"),
        description="Brazil and Colombia, medium roast. Caramel, almond, an easy start.",
    ),
    DemoProduct(
        title="Midnight Espresso",
        category=COFFEE,
        price=Decimal("18.00"),
        description="Dark roast for short cups. Cocoa, black cherry, a long finish.",
    ),
    DemoProduct(
        title="Highland Single Origin",
        category=COFFEE,
        price=Decimal("21.00"),
        description="Washed Ethiopia from 2,000 metres. Jasmine, lemon, black tea.",
    ),
    DemoProduct(
        title="Cloud Decaf",
        category=COFFEE,
        price=Decimal("17.25"),
        description="Sugar-cane decaf that tastes of coffee. Milk chocolate, fig.",
    ),
    DemoProduct(
        title="Everyday Mug",
        category=CUPS,
        price=Decimal("14.00"),
        description="Stoneware, 350 ml. Thick enough to stay warm, small enough to finish.",
    ),
    DemoProduct(
        title="Speckled Mug",
        category=CUPS,
        price=Decimal("15.50"),
        description="Thrown by hand, no two alike. Dishwasher and microwave safe.",
    ),
    DemoProduct(
        title="Travel Tumbler",
        category=CUPS,
        price=Decimal("24.00"),
        description="Double wall, leak-proof lid. Six hours hot, twelve hours cold.",
    ),
    DemoProduct(
        title="Pour-over Dripper",
        category=CUPS,
        price=Decimal("29.95"),
        description="Porcelain cone for one to three cups, with a glass server.",
    ),
)
