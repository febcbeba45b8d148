"""The languages that Clover's card fields speak."""

LOCALES = ("en", "en-CA", "fr-CA")


def pick_locale(asked: str, default: str) -> str:
    """The one of Clover's locales that fits the shopper's best.

    >>> pick_locale("fr_CA", "en"), pick_locale("fr", "en"), pick_locale("de", "en-CA")
    ('fr-CA', 'fr-CA', 'en-CA')
    """
    wanted = asked.replace("_", "-").lower()
    for locale in LOCALES:
        if locale.lower() == wanted:
            return locale
    language = wanted.partition("-")[0]
    if language == default.partition("-")[0]:
        return default
    return next((name for name in LOCALES if name.startswith(f"{language}-")), default)
