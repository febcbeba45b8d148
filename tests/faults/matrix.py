"""The fault matrix: 49 things that go wrong, and what must hold all the same.

A test says which row it proves, and for which movements of money:

    @pytest.mark.matrix(row=6, kinds=("authorize", "charge"))
    def test_a_lost_answer_is_asked_for_again(kind, ...): ...

A test with an argument `kind` runs once for each of its `kinds`.
"""

from dataclasses import dataclass

KINDS = ("authorize", "capture", "charge", "refund", "void")
TAKES = ("authorize", "charge")
FOLLOWS = ("capture", "refund", "void")
NONE: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One fault, the movements it can hit, and the promise."""

    number: int
    name: str
    kinds: tuple[str, ...]
    """The movements a test is wanted for; none where a row moves no money itself."""
    holds: str


ROWS = (
    Row(
        1,
        "crash before the intent is recorded",
        KINDS,
        "Nothing was sent, no row is left; the next submit starts clean.",
    ),
    Row(
        2,
        "crash after the intent, before sending",
        KINDS,
        "The row holds the key; it is sent once or closed as never sent.",
    ),
    Row(
        3,
        "no such host, refused, connect timeout",
        KINDS,
        "Provably not sent: failed, and the shopper may try again.",
    ),
    Row(
        4,
        "TLS that cannot be trusted",
        KINDS,
        "Not sent, not repeated, never without verification, no secret in the text.",
    ),
    Row(
        5,
        "reset while the request is sent",
        KINDS,
        "Unknown or not sent, never a no; afterwards money moved at most once.",
    ),
    Row(
        6,
        "executed, and the answer is lost",
        KINDS,
        "Unknown, then found under the same key: money moved once.",
    ),
    Row(
        7,
        "no answer, or one after the deadline",
        KINDS,
        "Unknown within the deadline; what came late is found by a look.",
    ),
    Row(
        8,
        "an answer that is cut",
        KINDS,
        "A status line is no success: unknown at whatever byte it ends.",
    ),
    Row(
        9,
        "an answer that drips",
        KINDS,
        "The deadline is for the whole call, not for each byte.",
    ),
    Row(
        10,
        "an answer that is malformed or odd",
        KINDS,
        "Unknown, neither success nor failure; its body is not logged.",
    ),
    Row(
        11,
        "an answer of 100 MB, a gzip bomb",
        KINDS,
        "Read no further than the cap: unknown, and memory stays flat.",
    ),
    Row(
        12,
        "a redirect to another host",
        KINDS,
        "Never followed: the second host gets no body and no key.",
    ),
    Row(
        13,
        "a definitive no (400, 402)",
        KINDS,
        "Declined or refused, nothing moved; another attempt has another key.",
    ),
    Row(
        14,
        "401, the token has expired",
        KINDS,
        "Renewed once, sent with the new token; a second 401 stops.",
    ),
    Row(
        15,
        "403, another merchant's key",
        KINDS,
        "A mistake of the configuration, never the card's fault.",
    ),
    Row(
        16,
        "409, the key is in use",
        KINDS,
        "Behind our own sending: unknown, asked again; before it: flagged, not sent again.",
    ),
    Row(
        17,
        "the same key with another body",
        KINDS,
        "Refused or looked up, not sent; if the provider reports it, a person compares.",
    ),
    Row(
        18,
        "429, with and without Retry-After",
        KINDS,
        "Nothing moved, nothing slept through, no second movement by the next try.",
    ),
    Row(
        19,
        "5xx before or after execution",
        KINDS,
        "Unknown, asked again under the same key at most once, then looked up.",
    ),
    Row(
        20,
        "crash after the answer, before it is recorded",
        KINDS,
        "The row is open; one recovery pass finds the money, once.",
    ),
    Row(
        21,
        "crash after the record, before the shop is notified",
        KINDS,
        "The shop is notified from the record, once.",
    ),
    Row(
        22,
        "the database fails at the intent",
        KINDS,
        "Nothing is sent.",
    ),
    Row(
        23,
        "the database fails at the result",
        KINDS,
        "As row 20: the row is open, and the money is found.",
    ),
    Row(
        24,
        "the shop's transaction rolls back",
        KINDS,
        "The intent outlives it, or paying inside it is refused unsent.",
    ),
    Row(
        25,
        "the same submit several times at once",
        KINDS,
        "One sends, the others get its result or wait: money moves once.",
    ),
    Row(
        26,
        "a submit while an earlier one is unknown",
        KINDS,
        "Refused or joined to the earlier one; never a second movement.",
    ),
    Row(
        27,
        "the amount changes while a payment is open",
        TAKES,
        "Never a new amount under the old key.",
    ),
    Row(
        28,
        "a webhook before our own record",
        NONE,
        "Kept and applied later, or answered so that it comes again.",
    ),
    Row(
        29,
        "the same webhook many times at once",
        NONE,
        "One row, one effect.",
    ),
    Row(
        30,
        "webhooks out of order",
        NONE,
        "The state is fetched and never goes back.",
    ),
    Row(
        31,
        "a webhook that never comes",
        NONE,
        "One reconciliation finds the money; recovery alone leaves the page open.",
    ),
    Row(
        32,
        "a forged or mutilated signature",
        NONE,
        "Rejected before anything is stored.",
    ),
    Row(
        33,
        "a valid webhook, replayed",
        NONE,
        "Answered well, without a second effect.",
    ),
    Row(
        34,
        "a valid webhook about other money",
        NONE,
        "Not applied, and flagged for a person.",
    ),
    Row(
        35,
        "a webhook of 10 MB, slow, or deeply nested",
        NONE,
        "Refused before it is parsed, in bounded time and memory.",
    ),
    Row(
        36,
        "a clock that is off, or jumps",
        KINDS,
        "Deadlines hold; no key changes; the tolerance is explained.",
    ),
    Row(
        37,
        "several processes renew one token",
        NONE,
        "One renewal per expiry; a lost one says reconnect, and charges nothing twice.",
    ),
    Row(
        38,
        "capture, refund, void: lost, doubled, in parallel",
        FOLLOWS,
        "Each has its own key; never more is refunded than was captured.",
    ),
    Row(
        39,
        "recovery twice, killed, or beside a live call",
        KINDS,
        "The owner of the lease alone acts: money moves once.",
    ),
    Row(
        40,
        "the provider has forgotten the key",
        TAKES,
        "Looked up, not replayed, once the safe window is over.",
    ),
    Row(
        41,
        "fork, interrupt or exit in a call",
        KINDS,
        "Unknown, never failed; a child shares no connection.",
    ),
    Row(
        42,
        "a log handler or receiver that raises",
        KINDS,
        "The payment's result is the same.",
    ),
    Row(
        43,
        "an answer that repeats the request",
        KINDS,
        "No key and no token in an error, a log line, the ledger or a report.",
    ),
    Row(
        44,
        "a status: pending, failed, canceled, voided",
        KINDS,
        "Pending stays unknown; the others are a no, and the shopper may try again.",
    ),
    Row(
        45,
        "money that does not fit, refunded in part",
        NONE,
        "No one pays again before all of it is refunded: sums count, not refunds.",
    ),
    Row(
        46,
        "a list whose filter is ignored or refused",
        TAKES,
        "Money is found all the same; absence is believed of a whole list only.",
    ),
    Row(
        47,
        "two ledgers at one merchant",
        TAKES,
        "No key is shared: the same order number is paid in both, each with its own.",
    ),
    Row(
        48,
        "an argument that no request can be built of",
        TAKES,
        "Refused before the intent: nothing is recorded or sent, and nothing waits.",
    ),
    Row(
        49,
        "a webhook without a session",
        NONE,
        "Resolved by our mark where the provider shows it; else stored and listed.",
    ),
)
