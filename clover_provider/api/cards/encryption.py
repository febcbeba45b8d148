"""Card numbers encrypted as Clover asks: RSA-OAEP with SHA-1, under its own key.

SHA-1 is what Clover's gateway decrypts; inside OAEP it is a mask, not a signature.
Source: "Generate a card token", docs.clover.com, read 2026-11.
"""

import base64
import binascii
from collections.abc import Mapping

from clover_provider.config import Environment
from payment_hooks import ConfigurationError
from payment_hooks.model import forgetful

_HALF = 256
_PREFIX = "00000000"
_KEY_NAMES = {
    Environment.PRODUCTION: "TA_PUBLIC_KEY_PROD",
    Environment.SANDBOX: "TA_PUBLIC_KEY_DEV",
    Environment.LOCAL: "TA_PUBLIC_KEY_DEV",
}


def pick_key(keys: Mapping[str, object], environment: Environment) -> str:
    """The packed public key for the environment, out of Clover's `keys.json`.

    Raises:
        ConfigurationError: the file does not hold it.
    """
    name = _KEY_NAMES[environment]
    key = keys.get(name)
    if not isinstance(key, str) or not key:
        raise ConfigurationError(f"Clover's keys.json holds no {name}")
    return key


@forgetful
def encrypt_number(number: str, packed_key: str) -> str:
    """The base64 text that goes into `encrypted_pan`.

    Raises:
        ConfigurationError: the key is not a packed RSA key, or the package
            `cryptography` is missing.
    """
    try:
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding, rsa
    except ImportError as error:
        raise ConfigurationError(
            "card numbers cannot be encrypted: pip install 'clover-provider[api-only]'"
        ) from error
    modulus, exponent = _unpack(packed_key)
    digest = hashes.SHA1()  # noqa: S303 - what Clover's gateway decrypts
    oaep = padding.OAEP(mgf=padding.MGF1(digest), algorithm=digest, label=None)
    try:
        key = rsa.RSAPublicNumbers(exponent, modulus).public_key()
        sealed = key.encrypt((_PREFIX + number).encode("ascii"), oaep)
    except ValueError as error:
        raise ConfigurationError("Clover's encryption key is no RSA key") from error
    return base64.b64encode(sealed).decode("ascii")


def _unpack(packed_key: str) -> tuple[int, int]:
    """Modulus and exponent: 256 bytes each, big endian, one after the other."""
    try:
        packed = base64.b64decode(packed_key, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ConfigurationError("Clover's encryption key is not base64") from error
    if len(packed) != 2 * _HALF:
        raise ConfigurationError(
            f"Clover's encryption key has {len(packed)} bytes, not {2 * _HALF}"
        )
    modulus, exponent = int.from_bytes(packed[:_HALF]), int.from_bytes(packed[_HALF:])
    if modulus.bit_length() != 8 * _HALF:
        raise ConfigurationError(
            f"Clover's encryption key has {modulus.bit_length()} bits, not {8 * _HALF}"
        )
    return modulus, exponent
