"""Documents that were made to keep a server busy, most of them known from elsewhere."""

from clover_graphql.request.ids import encode

CHECKOUT = encode("Checkout", "c-1")
GATEWAY = "fake.payments"


def doubled(count):
    """The shortest: each fragment spreads the next one twice, and nothing else."""
    links = " ".join(
        f"fragment F{n} on Query{{...F{n + 1} ...F{n + 1}}}" for n in range(count)
    )
    return f"{{...F0}} {links} fragment F{count} on Query{{__typename}}"


def two_ways(count, last="id"):
    """Two fragments at each step, which spread both of the next one."""
    links = " ".join(
        f"fragment F{n} on Checkout "
        f"{{ a: availablePaymentGateways {{ id }} ...F{n + 1} ...G{n + 1} }} "
        f"fragment G{n} on Checkout {{ ...F{n + 1} ...G{n + 1} }}"
        for n in range(count)
    )
    ends = " ".join(f"fragment {x}{count} on Checkout {{ {last} }}" for x in "FG")
    return f'{{ checkout(id: "x") {{ ...F0 ...G0 }} }} {links} {ends}'


def through_fields(count):
    """The same through fields under two names, the depth of which grows by one each."""
    links = " ".join(
        f"fragment F{n} on Order {{ a: payments {{ order {{ ...F{n + 1} }} }} "
        f"b: payments {{ order {{ ...F{n + 1} }} }} }}"
        for n in range(count)
    )
    return (
        f'{{ order(id: "x") {{ ...F0 }} }} {links} fragment F{count} on Order {{ id }}'
    )


def pairs(count):
    """The cheapest doubling: `f` spreads the next under two aliases of one field."""
    links = " ".join(
        f"fragment F{n} on Query {{ a: checkout {{ ...F{n + 1} }} "
        f"b: checkout {{ ...F{n + 1} }} }}"
        for n in range(count)
    )
    return f"{{ ...F0 }} {links} fragment F{count} on Query {{ __typename }}"


def circle(count):
    """Fragments which lead back to the first of them, each twice."""
    links = " ".join(
        f"fragment F{n} on Checkout "
        f"{{ a: id ...F{(n + 1) % count} ...F{(n + 2) % count} }}"
        for n in range(count)
    )
    return f'{{ checkout(id: "x") {{ ...F0 }} }} {links}'


def chain(count):
    """Many fragments, each of which spreads the next one: the stack grows with them."""
    links = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} }}" for n in range(count))
    return f"{{ ...F0 }} {links} fragment F{count} on Query {{ __typename }}"


def inline(outer, inner):
    """Inline fragments have no name, so that pairs of them are compared again."""
    part = "... { x: checkout { " + "... { id } " * inner + "} } "
    return "{ " + part * outer + "}"


def nested_lists(depth):
    return f"{{ checkout(id: {'[' * depth}1{']' * depth}) {{ id }} }}"


def nested_objects(depth):
    return f"{{ checkout(id: {'{a: ' * depth}1{'}' * depth}) {{ id }} }}"


def introspection_circle():
    """Types of fields of types: each level is as wide as the schema."""
    inner = "name"
    for _ in range(5):
        inner = f"fields {{ type {{ {inner} }} }}"
    return f"{{ __schema {{ types {{ {inner} }} }} }}"


def of_types(count):
    """`ofType` fragments, each of which spreads the next one twice."""
    links = " ".join(
        f"fragment T{n} on __Type "
        f"{{ a: ofType {{ ...T{n + 1} }} b: ofType {{ ...T{n + 1} }} }}"
        for n in range(count)
    )
    return (
        f"{{ __schema {{ types {{ ...T0 }} }} }} {links} "
        f"fragment T{count} on __Type {{ name }}"
    )


LEAF = "{ __typename }"
DOCUMENTS = {
    "fragments spread twice, 17 links": doubled(17),
    "fragments spread twice, 24 links": doubled(24),
    "two fragments at each step, 8": two_ways(8),
    "two fragments at each step, 18": two_ways(18),
    "fragments in two fields, 9 links": through_fields(9),
    "aliased spreads, 8 links": pairs(8),
    "aliased spreads, 12 links": pairs(12),
    "aliased spreads, 24 links": pairs(24),
    "fragments in a circle": circle(18),
    "two fragments in a circle": circle(2),
    "a chain of 150 fragments": chain(150),
    "unused fragments": LEAF
    + "".join(f"fragment F{n} on Query {LEAF}" for n in range(150)),
    "one fragment, two meanings": LEAF + f"fragment F on Query {LEAF}" * 100,
    "the same field 1400 times": "{" + " __typename" * 1400 + "}",
    "the same field with arguments": "{" + ' a: checkout(id: "1") {id}' * 130 + "}",
    "differing arguments": "{"
    + "".join(f' a: checkout(id: "{n}") {{id}}' for n in range(130))
    + "}",
    "inline fragments in inline fragments": inline(12, 25),
    "inline fragments, nested": "{" + "... {" * 700 + "__typename" + "}" * 701,
    "fields, nested": "{" + "checkout {" * 700 + "id" + "}" * 701,
    "lists, nested": nested_lists(700),
    "objects, nested": nested_objects(340),
    "types of variables, nested": f"query ($a: {'[' * 700}ID{']' * 700}) {LEAF}",
    "a list of 1400": f"{{ checkout(id: [{'1 ' * 1400}]) {{ id }} }}",
    "a string of 60 KB": f'{{ checkout(id: "{"x" * 60_000}") {{ id }} }}',
    "a string of 19 KB": f'{{ checkout(id: "{"x" * 19_000}") {{ id }} }}',
    "19 KB of escapes": '{ checkout(id: "' + "\\u0078" * 3_200 + '") { id } }',
    "19 KB of braces in escapes": '{ checkout(id: "' + "\\u{78}" * 3_200 + '") {id} }',
    "a block string of quotes": '{ checkout(id: """' + '\\"""' * 4_700 + '""") {id} }',
    "a block string of lines": '{ checkout(id: """' + " \n" * 9_500 + '""") {id} }',
    "half a pair of surrogates": '{ checkout(id: "\\ud83d") { id } }',
    "a name of 19 KB": f"{{ {'x' * 19_000} }}",
    "an enum's name of 19 KB": "mutation { transactionRequestAction(actionType: "
    + "x" * 19_000
    + ") { errors { code } } }",
    "a number of 19 KB": f"{{ checkout(id: {'9' * 19_000}) {{ id }} }}",
    "19 KB of comments": "#\n" * 9_500 + LEAF,
    "19 KB of commas": "," * 19_000 + LEAF,
    "the same directive 240 times": "{ __typename " + "@skip(if: true) " * 240 + "}",
    "an unknown directive 700 times": "{ __typename " + "@a " * 700 + "}",
    "directives on the operation": "query " + "@a " * 700 + LEAF,
    "directives on variables": "query ($a: ID " + "@a " * 700 + f") {LEAF}",
    "skipped fields": "{" + " __typename @skip(if: true)" * 170 + "}",
    "variables that nobody uses": "query ("
    + " ".join(f"$v{n}: ID" for n in range(280))
    + f") {LEAF}",
    "one variable, used everywhere": "query ($a: ID) {"
    + "".join(f" a{n}: checkout(id: $a) {{id}}" for n in range(100))
    + "}",
    "many operations": " ".join(f"query Q{n} {LEAF}" for n in range(280)),
    "many aliases": "{" + "".join(f" a{n}: __typename" for n in range(450)) + "}",
    "unknown fields": "{" + "".join(f" nothing{n}" for n in range(1400)) + "}",
    "unknown types": "{"
    + "".join(f" ... on Nothing{n} {LEAF}" for n in range(200))
    + "}",
    "introspection in a circle": introspection_circle(),
    "introspection, doubled": of_types(12),
    "type definitions": "".join(f"type T{n} {{ a: ID }} " for n in range(200)) + LEAF,
}
"""Each is below the limit of a body, and most below that of the tokens."""

INITIALIZE = """
mutation Start($id: ID!, $gateway: PaymentGatewayToInitialize!, $key: String,
               $amount: PositiveDecimal) {
  transactionInitialize(id: $id, paymentGateway: $gateway, idempotencyKey: $key,
                        amount: $amount) {
    transaction { id } errors { code }
  }
}
"""
CONFIGURE = """
mutation Configure($id: ID!, $gateways: [PaymentGatewayToInitialize!]) {
  paymentGatewayInitialize(id: $id, paymentGateways: $gateways) { errors { code } }
}
"""


def nested_json(depth):
    value = 1
    for _ in range(depth):
        value = [value]
    return value


VARIABLES = {
    "nested data": (INITIALIZE, {"gateway": {"id": "x", "data": nested_json(900)}}),
    "a list of 10,000": (INITIALIZE, {"gateway": {"id": "x", "data": [0] * 10_000}}),
    "a gateway that is a list": (INITIALIZE, {"gateway": nested_json(900)}),
    "2000 gateways": (CONFIGURE, {"gateways": [{"id": GATEWAY}] * 2000}),
    "2000 gateways that are none": (CONFIGURE, {"gateways": [{}] * 2000}),
    "an amount of many zeros": (INITIALIZE, {"amount": "1e9999999"}),
    "an amount of many digits": (INITIALIZE, {"amount": "9" * 60_000}),
    "a key of 60 KB": (INITIALIZE, {"key": "x" * 60_000}),
    "3000 unknown variables": (CONFIGURE, {f"v{n}": n for n in range(3000)}),
}
"""What is beside a document may be as large; each has an id and a gateway that are."""
