"""Secrets that are planted, the notations in which they may come back, and the search."""

import base64
import html
import json
import logging
import pickle
import re
import traceback
from functools import cache
from urllib.parse import quote, quote_plus

BEARER = "7c1d9a54e0b84f3ab6d2f8015c9e4a73"
HOSTED = "2f6b8d0e-91c4-4e7a-a5d3-c08b7f1e2946"
PLATFORM = "b4e97f20-5d1c-48a6-9f3e-27d0c6a81b5f"
ACCESS = "eyJhbGciOiJFUzI1NiJ9.eyJtZXJjaGFudCI6IlRFU1QifQ.kX-Vq3_r7Zp0Lw"
APIKEY = "e81c47d06b3f42a98d5e1f7a0c2b9d64"
TOKEN = "clv_1TSTSq7Wd9Zk3Xv5Rb8Nm2Lp"
PAN = "4264281511117771"
CVV = "837"
REFRESH = "refresh-9Qm4Tz7Xw2Lk8Vb3"
APP_SECRET = "d93f7a12-6c8e-4b05-91fa-3e7d20b8c461"
CODE = "c0de5f1b-7a93-4d28-8e60-b1f4a9c72d35"
SAVED = ("CUSTQ4W7ERT2Y", "CARDZ8X5CVB1N")

SECRETS = (BEARER, HOSTED, PLATFORM, ACCESS, TOKEN, PAN, REFRESH, APP_SECRET, CODE)


def escaped(text):
    """As JSON may write it: every letter as its number."""
    return "".join(f"\\u{ord(letter):04x}" for letter in text)


def packed(text, *, before="", url_safe=False):
    encode = base64.urlsafe_b64encode if url_safe else base64.b64encode
    return encode(f"{before}{text}".encode()).decode()


NOTATIONS = {
    "plain": lambda s: s,
    "in upper case": str.upper,
    "in lower case": str.lower,
    "in swapped case": str.swapcase,
    "in groups of four": lambda s: " ".join(re.findall(".{1,4}", s)),
    "dashed": lambda s: "-".join(re.findall(".{1,4}", s)),
    "letter by letter": " ".join,
    "broken into lines": lambda s: "\r\n".join(re.findall(".{1,5}", s)),
    "cut in front": lambda s: s[-14:],
    "cut behind": lambda s: s[:14],
    "JSON-escaped": escaped,
    "JSON-escaped twice": lambda s: escaped(s).replace("\\", "\\\\"),
    "with escaped slashes": lambda s: "\\/".join(re.findall(".{1,6}", s)),
    "percent-encoded": lambda s: "".join(f"%{ord(letter):02X}" for letter in s),
    "percent-encoded twice": lambda s: "".join(f"%25{ord(c):02x}" for c in s),
    "as a form": lambda s: quote_plus(f"Bearer {s}&"),
    "as a query": lambda s: quote(f"?key={s}"),
    "HTML-escaped": lambda s: "".join(f"&#{ord(letter)};" for letter in s),
    "HTML-escaped in hexadecimal": lambda s: "".join(f"&#x{ord(c):x};" for c in s),
    "quoted in HTML": lambda s: html.escape(f'<a b="{s}">'),
    "as bytes of Python": lambda s: "".join(f"\\x{ord(letter):02x}" for letter in s),
    "in full width": lambda s: "".join(
        chr(ord(letter) + 0xFEE0) if letter.isalnum() else letter for letter in s
    ),
    "in hexadecimal": lambda s: s.encode().hex(),
    "base64": packed,
    "base64 after one letter": lambda s: packed(s, before="a"),
    "base64 after two letters": lambda s: packed(s, before="ab"),
    "base64 of the header": lambda s: packed(s, before="Authorization: Bearer "),
    "base64 for URLs": lambda s: packed(f"{s}\u00ff\u00fe", url_safe=True),
    "Basic authorization": lambda s: f"Basic {packed(s, before='user:')}",
    "base64 in lines": lambda s: "\n".join(re.findall(".{1,16}", packed(s))),
    "base64, percent-encoded": lambda s: quote(packed(s), safe=""),
    "base64 of base64": lambda s: packed(packed(s)),
    "JSON in a text": lambda s: json.dumps(json.dumps({"key": s})),
}
"""Each gives a secret as an echo may show it."""

PARTIAL = {"cut in front", "cut behind"}


@cache
def notations_of(secret):
    """The secret in every notation, by name; a code of three digits has no parts."""
    return {
        name: write(secret)
        for name, write in NOTATIONS.items()
        if name not in PARTIAL or len(secret) > 14
    }


def places(said):
    """Bodies that hold what was said, wherever Clover or a proxy may put it."""
    error = {"type": "card_error", "code": "card_declined", "message": "Do not honor"}
    return {
        "message": {"error": error | {"message": f"bad: {said}"}},
        "message alone": {"error": error | {"message": said}},
        "code": {"error": error | {"code": said}},
        "code of a refusal": {"error": {"code": said, "message": "no"}},
        "type": {"error": error | {"type": said}},
        "decline code": {"error": error | {"declineCode": said}},
        "charge": {"error": error | {"charge": said}},
        "the platform's": {"message": said, "details": said},
        "OAuth's": {"status": said, "message": said},
        "a success": {
            "id": "ABCDEFGHJKMN1",
            "amount": 2599,
            "currency": "usd",
            "captured": True,
            "status": "succeeded",
            "paid": True,
            "warning_message": said,
            "description": said,
            "auth_code": said,
            "ref_num": said,
            "failure_message": said,
            "source": {"brand": said, "last4": said[-4:], "id": said},
            "metadata": {"reference": said, "operation": said},
            "outcome": {"type": said},
        },
        "a failed charge": {
            "id": "ABCDEFGHJKMN1",
            "amount": 2599,
            "currency": "usd",
            "captured": True,
            "status": "failed",
            "failure_code": said,
            "failure_message": said,
        },
        "the id": {
            "id": said,
            "amount": 2599,
            "currency": "usd",
            "captured": True,
            "status": "succeeded",
        },
        "a currency": {"id": "ABCDEFGHJKMN1", "amount": 1, "currency": said},
        "a list": {"data": [{"id": said, "warning_message": said}], "message": said},
        "names": {said: said, "message": said},
        "a number": {"message": "no", "code": int(said) if said.isdigit() else 0},
    }


class Recorded(logging.Handler):
    """Everything that is logged, with what goes along."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.records = []

    def emit(self, record):
        """Keep it."""
        self.records.append(record)

    def texts(self):
        """Each record as it is written, and all that it carries."""
        return [record.getMessage() + str(vars(record)) for record in self.records]


def everything_about(error):
    """All that a log, an error page or an error tracker could show of an error.

    The frames of the tests hold what the caller typed himself: they are left out.
    """
    parts = []
    links, seen = [error], set()
    while links:
        link = links.pop()
        if link is None or id(link) in seen:
            continue
        seen.add(id(link))
        frames = traceback.TracebackException.from_exception(link, capture_locals=True)
        ours = [frame for frame in frames.stack if "/tests/" not in frame.filename]
        parts += [str(frame.locals) for frame in ours]
        parts += [repr(link), str(link), str(link.args), str(vars(link))]
        parts += [str(getattr(link, "object", "")), *getattr(link, "__notes__", ())]
        parts.append(pickle.dumps(link).decode("latin-1"))
        links += [link.__cause__, link.__context__]
    return "\n".join(parts)


@cache
def _written(secret):
    """The secret as letters and digits alone, and in every notation, in lower case."""
    bare = re.sub(r"[^0-9a-z]", "", secret.lower())
    return bare, {text.lower() for text in notations_of(secret).values()}


def found_in(text, secrets):
    """Which of the secrets a text gives away, in whatever notation.

    A search of its own: it shares nothing with what it judges.
    """
    lowered = text.lower()
    bare = re.sub(r"[^0-9a-z]", "", lowered)
    found = []
    for secret in secrets:
        letters, written = _written(secret)
        if len(secret) < 6:
            is_found = _code_in(secret, text)
        else:
            is_found = letters in bare or any(form in lowered for form in written)
        if is_found:
            found.append(secret)
    return found


def _code_in(code, text):
    """Whether a code is there as a number of its own, or in another notation.

    Three digits are in other numbers, such as an address of memory, by chance.
    """
    if re.search(rf"(?<![0-9a-fx]){code}(?![0-9a-f])", text):
        return True
    forms = notations_of(code).values()
    return any(form in text for form in forms if len(form) > len(code) + 1)
