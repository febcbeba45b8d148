"""What the demo shop sells."""

from dataclasses import dataclass
from decimal import Decimal

from clover_demo.goods.pictures import Colours, Label

COFFEE, CUPS = "Coffee", "Mugs & brewing"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoProduct:
    """One product, its price in US dollars."""

    title: str
    category: str
    price: Decimal
    description: str
    shape: str
    label: Label
    colours: Colours


_LATTE = ("#fbf3e6", "#f0dcc0")
_SKY = ("#eef4f7", "#cfdfe8")
_SAGE = ("#f1f5ec", "#d5e0c8")
_ROSE = ("#fbeeea", "#f0d0c6")

PRODUCTS = (
    DemoProduct(
        title="Sunrise Blend",
        category=COFFEE,
        price=Decimal("16.50"),
        description="Brazil and Colombia, medium roast. Caramel, almond, an easy start.",
        shape="bag",
        label=Label(title="Sunrise", line="MEDIUM ROAST"),
        colours=Colours(
            wall=_LATTE, body=("#eb9a5b", "#c8662f"), accent="#d9772f", ink="#5a2a12"
        ),
    ),
    DemoProduct(
        title="Midnight Espresso",
        category=COFFEE,
        price=Decimal("18.00"),
        description="Dark roast for short cups. Cocoa, black cherry, a long finish.",
        shape="bag",
        label=Label(title="Midnight", line="DARK ROAST"),
        colours=Colours(
            wall=_SKY, body=("#3d4f73", "#1d2740"), accent="#c99a4b", ink="#1d2740"
        ),
    ),
    DemoProduct(
        title="Highland Single Origin",
        category=COFFEE,
        price=Decimal("21.00"),
        description="Washed Ethiopia from 2,000 metres. Jasmine, lemon, black tea.",
        shape="bag",
        label=Label(title="Highland", line="LIGHT ROAST"),
        colours=Colours(
            wall=_SAGE, body=("#6f9a78", "#3c6549"), accent="#4f8a5f", ink="#23402d"
        ),
    ),
    DemoProduct(
        title="Cloud Decaf",
        category=COFFEE,
        price=Decimal("17.25"),
        description="Sugar-cane decaf that tastes of coffee. Milk chocolate, fig.",
        shape="bag",
        label=Label(title="Cloud", line="DECAF"),
        colours=Colours(
            wall=_ROSE, body=("#e7b3a8", "#c47e74"), accent="#c06a60", ink="#5c2b2a"
        ),
    ),
    DemoProduct(
        title="Everyday Mug",
        category=CUPS,
        price=Decimal("14.00"),
        description="Stoneware, 350 ml. Thick enough to stay warm, small enough to finish.",
        shape="mug",
        label=Label(title="morning.", line="350 ML"),
        colours=Colours(
            wall=_SAGE, body=("#fffaf0", "#e3d3b8"), accent="#9a7b4f", ink="#5b4630"
        ),
    ),
    DemoProduct(
        title="Speckled Mug",
        category=CUPS,
        price=Decimal("15.50"),
        description="Thrown by hand, no two alike. Dishwasher and microwave safe.",
        shape="speckled mug",
        label=Label(title="speckles"),
        colours=Colours(
            wall=_ROSE, body=("#dfe7ea", "#a9bcc5"), accent="#4c6470", ink="#33464f"
        ),
    ),
    DemoProduct(
        title="Travel Tumbler",
        category=CUPS,
        price=Decimal("24.00"),
        description="Double wall, leak-proof lid. Six hours hot, twelve hours cold.",
        shape="tumbler",
        label=Label(title="to go", line="475 ML"),
        colours=Colours(
            wall=_LATTE, body=("#f4f1ea", "#cfc7b8"), accent="#3f6f63", ink="#2f4a43"
        ),
    ),
    DemoProduct(
        title="Pour-over Dripper",
        category=CUPS,
        price=Decimal("29.95"),
        description="Porcelain cone for one to three cups, with a glass server.",
        shape="dripper",
        label=Label(title="V3"),
        colours=Colours(
            wall=_SKY, body=("#ffffff", "#cbd5dc"), accent="#7b8d99", ink="#5e6f7b"
        ),
    ),
)
