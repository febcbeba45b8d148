"""What shoppers read when a payment does not go through, in en, fr and es.

The French is Canada's, and Spanish amounts are those of the Americas.
"""

import re
from collections.abc import Iterable, Mapping

DEFAULT_LANGUAGE = "en"
_PLAIN = re.compile(r"[0-9]+\.[0-9]+ [A-Z]{3}\Z")
"""An amount as `str(Money)` writes it; any other one has its language already."""

_ENGLISH = {
    "error": "Something went wrong with your payment. Please contact the shop.",
    "invalid_request": "The payment details are not complete or not valid. Please check them and try again.",
    "unavailable": "Card payment is not available right now. Your card has not been charged. Please try again later.",
    "busy": "The shop is very busy right now. Your card has not been charged. Please try again in a moment.",
    "already_paid": "This was paid already. Your card has not been charged again. Please do not pay once more; contact the shop if you miss your order.",
    "amount_changed": "The total has changed from {shown} to {due}. Nothing was charged. Please look at it again.",
    "amount_not_shown": "Nothing was charged. Please look at the total once more, and confirm it.",
    "not_made": "This was not made. No money moved.",
    "nothing_due": "There is nothing left to pay. Your card has not been charged.",
    "reversed": "This payment was refunded. Your card has not been charged again. Please begin a new payment.",
    "outcome_unknown": "We are checking your payment with the bank. Please do not pay again; this page shows the result as soon as we know it.",
    "action_required": "Your bank asks you to confirm this payment. Please confirm it, and do not pay again.",
    "authentication_failed": "Your bank could not confirm that it was you. Your card has not been charged. Please try again, or use another card.",
    "card_declined": "Your bank declined the payment. Your card has not been charged. Please use another card, or call the number on the back of this one and then try it again.",
    "expired_card": "This card has expired. It has not been charged. Please use another card, or the one that your bank sent you to replace it.",
    "incorrect_number": "The card number is not valid. Please check it and try again.",
    "incorrect_cvc": "The security code (CVV) is not right. Please check the 3 digits on the back of the card (American Express: 4 on the front) and try again.",
    "incorrect_expiry": "The expiry date is not valid. Please check it and try again.",
    "incorrect_address": "The address or postal code does not match the card. Please enter what your bank has on file and try again.",
    "card_not_supported": "This shop cannot accept this type of card. Your card has not been charged. Please use another card.",
    "limit_exceeded": "This payment exceeds a limit set for the card or the shop. Your card has not been charged. Please use another card or contact the shop.",
    "source_already_used": "Please enter your card again: the details could be used only once. Your card has not been charged.",
    "amount_not_accepted": "This amount cannot be charged to a card here. Your card has not been charged. Please contact the shop.",
    "fraud_check": "The shop could not accept this payment. Your card has not been charged. Please contact the shop.",
    "partial_approval": "The card covers only part of the amount, so nothing was charged. Please use another card.",
    "processing_error": "The payment could not be processed. Your card has not been charged. Please try again in a moment, with this card or another one.",
}

_FRENCH = {
    "error": "Un problème est survenu avec votre paiement. Veuillez contacter la boutique.",
    "invalid_request": "Les informations de paiement sont incomplètes ou invalides. Veuillez les vérifier et réessayer.",
    "unavailable": "Le paiement par carte n’est pas disponible pour le moment. Votre carte n’a pas été débitée. Veuillez réessayer plus tard.",
    "busy": "La boutique est très occupée. Votre carte n’a pas été débitée. Veuillez réessayer dans un instant.",
    "already_paid": "Ce paiement a déjà été effectué. Votre carte n’a pas été débitée de nouveau. Veuillez ne pas payer une autre fois; contactez la boutique si vous ne voyez pas votre commande.",
    "amount_changed": "Le total est passé de {shown} à {due}. Rien n’a été débité. Veuillez le vérifier de nouveau.",
    "amount_not_shown": "Rien n’a été débité. Veuillez vérifier le total encore une fois, puis le confirmer.",
    "not_made": "Cette opération n’a pas été effectuée. Aucun montant n’a été transféré.",
    "nothing_due": "Il ne reste rien à payer. Votre carte n’a pas été débitée.",
    "reversed": "Ce paiement a été remboursé. Votre carte n’a pas été débitée de nouveau. Veuillez commencer un nouveau paiement.",
    "outcome_unknown": "Nous vérifions votre paiement auprès de la banque. Veuillez ne pas payer de nouveau; cette page affichera le résultat dès que nous le connaîtrons.",
    "action_required": "Votre banque vous demande de confirmer ce paiement. Veuillez le confirmer et ne pas payer de nouveau.",
    "authentication_failed": "Votre banque n’a pas pu confirmer votre identité. Votre carte n’a pas été débitée. Veuillez réessayer ou utiliser une autre carte.",
    "card_declined": "Votre banque a refusé le paiement. Votre carte n’a pas été débitée. Veuillez utiliser une autre carte, ou appeler le numéro au dos de celle-ci, puis réessayer.",
    "expired_card": "Cette carte est expirée. Elle n’a pas été débitée. Veuillez utiliser une autre carte, ou celle que votre banque vous a envoyée pour la remplacer.",
    "incorrect_number": "Le numéro de carte n’est pas valide. Veuillez le vérifier et réessayer.",
    "incorrect_cvc": "Le code de sécurité (CVV) est incorrect. Veuillez vérifier les 3 chiffres au dos de la carte (American Express : 4 au recto) et réessayer.",
    "incorrect_expiry": "La date d’expiration n’est pas valide. Veuillez la vérifier et réessayer.",
    "incorrect_address": "L’adresse ou le code postal ne correspond pas à la carte. Veuillez saisir ceux que votre banque a dans ses dossiers et réessayer.",
    "card_not_supported": "Cette boutique n’accepte pas ce type de carte. Votre carte n’a pas été débitée. Veuillez utiliser une autre carte.",
    "limit_exceeded": "Ce paiement dépasse une limite fixée pour la carte ou la boutique. Votre carte n’a pas été débitée. Veuillez utiliser une autre carte ou contacter la boutique.",
    "source_already_used": "Veuillez saisir votre carte de nouveau : les informations ne pouvaient servir qu’une fois. Votre carte n’a pas été débitée.",
    "amount_not_accepted": "Ce montant ne peut pas être débité ici. Votre carte n’a pas été débitée. Veuillez contacter la boutique.",
    "fraud_check": "La boutique n’a pas pu accepter ce paiement. Votre carte n’a pas été débitée. Veuillez contacter la boutique.",
    "partial_approval": "La carte ne couvre qu’une partie du montant; rien n’a été débité. Veuillez utiliser une autre carte.",
    "processing_error": "Le paiement n’a pas pu être traité. Votre carte n’a pas été débitée. Veuillez réessayer dans un instant, avec cette carte ou une autre.",
}

_SPANISH = {
    "error": "Hubo un problema con su pago. Póngase en contacto con la tienda.",
    "invalid_request": "Los datos de pago están incompletos o no son válidos. Revíselos e inténtelo de nuevo.",
    "unavailable": "El pago con tarjeta no está disponible en este momento. No se ha hecho ningún cargo. Inténtelo más tarde.",
    "busy": "La tienda está muy ocupada. No se ha hecho ningún cargo. Inténtelo de nuevo en un momento.",
    "already_paid": "Esto ya está pagado. No se ha hecho ningún otro cargo. No pague de nuevo; póngase en contacto con la tienda si no ve su pedido.",
    "amount_changed": "El total ha cambiado de {shown} a {due}. No se ha hecho ningún cargo. Revíselo de nuevo.",
    "amount_not_shown": "No se ha hecho ningún cargo. Revise el total una vez más y confírmelo.",
    "not_made": "Esta operación no se realizó. No se movió ningún importe.",
    "nothing_due": "No queda nada por pagar. No se ha hecho ningún cargo.",
    "reversed": "Este pago fue reembolsado. No se ha hecho ningún otro cargo. Comience un pago nuevo.",
    "outcome_unknown": "Estamos comprobando su pago con el banco. No pague de nuevo; esta página mostrará el resultado en cuanto lo sepamos.",
    "action_required": "Su banco le pide que confirme este pago. Confírmelo y no pague de nuevo.",
    "authentication_failed": "Su banco no pudo confirmar su identidad. No se ha hecho ningún cargo. Inténtelo de nuevo o use otra tarjeta.",
    "card_declined": "Su banco rechazó el pago. No se ha hecho ningún cargo. Use otra tarjeta, o llame al número que figura al dorso de esta y después inténtelo de nuevo.",
    "expired_card": "Esta tarjeta ha caducado. No se ha hecho ningún cargo. Use otra tarjeta, o la que su banco le envió para sustituirla.",
    "incorrect_number": "El número de tarjeta no es válido. Revíselo e inténtelo de nuevo.",
    "incorrect_cvc": "El código de seguridad (CVV) no es correcto. Revise los 3 dígitos del dorso de la tarjeta (American Express: 4 en el anverso) e inténtelo de nuevo.",
    "incorrect_expiry": "La fecha de caducidad no es válida. Revísela e inténtelo de nuevo.",
    "incorrect_address": "La dirección o el código postal no coincide con la tarjeta. Introduzca los que tiene registrados su banco e inténtelo de nuevo.",
    "card_not_supported": "Esta tienda no acepta este tipo de tarjeta. No se ha hecho ningún cargo. Use otra tarjeta.",
    "limit_exceeded": "Este pago supera un límite de la tarjeta o de la tienda. No se ha hecho ningún cargo. Use otra tarjeta o póngase en contacto con la tienda.",
    "source_already_used": "Introduzca su tarjeta de nuevo: los datos solo podían usarse una vez. No se ha hecho ningún cargo.",
    "amount_not_accepted": "Este importe no se puede cobrar aquí. No se ha hecho ningún cargo. Póngase en contacto con la tienda.",
    "fraud_check": "La tienda no pudo aceptar este pago. No se ha hecho ningún cargo. Póngase en contacto con la tienda.",
    "partial_approval": "La tarjeta solo cubre una parte del importe, así que no se cobró nada. Use otra tarjeta.",
    "processing_error": "No se pudo procesar el pago. No se ha hecho ningún cargo. Inténtelo de nuevo en un momento, con esta tarjeta o con otra.",
}

TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": _ENGLISH,
    "fr": _FRENCH,
    "es": _SPANISH,
}


def shopper_language(*candidates: str, default: str = DEFAULT_LANGUAGE) -> str:
    """The language of ours to speak; the first candidate that names one decides.

    A candidate is a tag or a whole `Accept-Language`; the usual ones are, in this order,
    that of the checkout or order, that of the customer's account, and the browser's.

    >>> shopper_language("", "FR_CA", "es, en;q=0.5"), shopper_language("de-AT")
    ('fr', 'en')
    """
    return choose_language(candidates, known=TEXTS, default=default)


def shopper_text(code: str, language: str = DEFAULT_LANGUAGE) -> str:
    """The text for `code` in `language`; an unknown code gives the general text.

    `language` may carry a region (`fr-CA`, `es_US`); an unknown language gives English.

    >>> shopper_text("incorrect_number", "es_US")
    'El número de tarjeta no es válido. Revíselo e inténtelo de nuevo.'
    """
    texts = TEXTS[shopper_language(language)]
    return texts.get(code, texts["error"])


def amount_text(amount: str, language: str = DEFAULT_LANGUAGE) -> str:
    """An amount such as `24.99 USD` as the language writes decimals.

    >>> amount_text("24.99 USD", "fr-CA"), amount_text("24.99 USD", "es-US")
    ('24,99 USD', '24.99 USD')
    """
    has_comma = shopper_language(language) == "fr" or normalize(language) == "es-es"
    return amount.replace(".", ",") if has_comma and _PLAIN.match(amount) else amount


_LONGEST = 500
"""What is behind that many characters of a candidate is not read: it comes from outside."""


def normalize(tag: str) -> str:
    """The tag in lower case with hyphens.

    >>> normalize("FR_CA"), normalize(" es-419 ")
    ('fr-ca', 'es-419')
    """
    return tag.strip().replace("_", "-").lower()


def choose_language(
    candidates: Iterable[str], *, known: Iterable[str], default: str
) -> str:
    """The first language that a candidate wants and that is known, else the default.

    A candidate is a tag with or without region, or an `Accept-Language` with weights; a
    language that is not known leaves the choice to the next candidate.

    >>> choose_language(["de", "en;q=0.3, fr-CA;q=0.9"], known=["en", "fr"], default="en")
    'fr'
    """
    names = {normalize(name): name for name in known}
    for candidate in candidates:
        for tag in _wanted(candidate):
            found = next((names[part] for part in _wider(tag) if part in names), "")
            if found:
                return found
    return default


def is_same_language(one: str, other: str) -> bool:
    """Whether both tags are of one language, wherever it is spoken.

    >>> is_same_language("fr_CA", "fr"), is_same_language("es", "en")
    (True, False)
    """
    return _language(one) == _language(other)


def _language(tag: str) -> str:
    return normalize(tag).partition("-")[0]


def _wanted(candidate: str) -> list[str]:
    """The tags, the most wanted one first; what is weighed with nothing is left out."""
    rows = [_weighed(entry) for entry in candidate[:_LONGEST].split(",")]
    wanted = [row for row in rows if row[1] > 0 and row[0]]
    return [tag for tag, _ in sorted(wanted, key=lambda row: -row[1])]


def _weighed(entry: str) -> tuple[str, float]:
    tag, _, parameter = entry.partition(";")
    name, _, value = parameter.partition("=")
    if name.strip().lower() != "q":
        return normalize(tag), 1.0
    digits = value.strip()
    is_weight = digits.replace(".", "", 1).isdecimal() and digits.isascii()
    return normalize(tag), float(digits) if is_weight and len(digits) < 6 else 0.0


def _wider(tag: str) -> Iterable[str]:
    """The tag, and what is left of it without its last part, and so on."""
    while tag:
        yield tag
        tag = tag.rpartition("-")[0]
