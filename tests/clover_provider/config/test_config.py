"""Every wrong setting is refused at start-up, by name and with its remedy."""

import dataclasses
import importlib.util
import pickle
import re
from pathlib import Path

import pytest

from clover_provider.config import CloverConfig, Environment, Secret
from payment_hooks import ConfigurationError, Mode

HOSTED = {
    "MODE": "hosted",
    "HOSTED_PRIVATE_KEY": "hosted-key",
    "WEBHOOK_SECRETS": "signing-secret",
}


def test_few_settings_are_enough(configure):
    config = configure(PUBLIC_KEY=None)

    assert config.mode is Mode.IFRAME
    assert config.modes == (Mode.IFRAME,)
    assert (config.currency, config.country, config.locale) == ("USD", "US", "en")


def test_a_canadian_merchant_follows_from_the_currency(configure):
    config = configure(CURRENCY="cad")

    assert (config.currency, config.country, config.locale) == ("CAD", "CA", "en-CA")


@pytest.mark.parametrize(
    ("environment", "ecommerce", "token", "api", "sdk"),
    [
        (
            "sandbox",
            "https://scl-sandbox.dev.clover.com",
            "https://token-sandbox.dev.clover.com",
            "https://apisandbox.dev.clover.com",
            "https://checkout.sandbox.dev.clover.com/sdk.js",
        ),
        (
            "production",
            "https://scl.clover.com",
            "https://token.clover.com",
            "https://api.clover.com",
            "https://checkout.clover.com/sdk.js",
        ),
    ],
)
def test_each_environment_has_its_own_hosts(
    configure, environment, ecommerce, token, api, sdk
):
    config = configure(ENVIRONMENT=environment)

    assert config.ecommerce_url == ecommerce
    assert config.token_url == token
    assert config.api_url == api
    assert config.sdk_url == sdk
    assert config.keys_url == "https://checkout.clover.com/assets/keys.json"


@pytest.mark.parametrize(
    ("environment", "host"),
    [
        ("sandbox", "https://checkout.dev1.dev.clover.com"),
        ("production", "https://checkout.clover.com"),
    ],
)
def test_the_script_of_3d_secure_has_a_host_of_its_own(configure, environment, host):
    config = configure(ENVIRONMENT=environment)

    path = "/clover3DS/clover3DS-sdk.js"
    assert config.authentication_sdk_url == f"{host}{path}"


def test_a_local_double_plays_every_role(configure):
    config = configure(ENVIRONMENT="local", BASE_URL="http://127.0.0.1:8100/")

    urls = {config.ecommerce_url, config.token_url, config.api_url, config.www_url}
    assert urls == {"http://127.0.0.1:8100"}
    assert config.sdk_url == "http://127.0.0.1:8100/sdk.js"
    assert config.authentication_sdk_url == (
        "http://127.0.0.1:8100/clover3DS/clover3DS-sdk.js"
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ENVIRONMENT": "staging"}, r"ENVIRONMENT'\] must be one of sandbox, prod"),
        ({"ENVIRONMENT": None}, r"ENVIRONMENT'\] is missing"),
        ({"MERCHANT_ID": "TESTMERCH00012"}, r"MERCHANT_ID'\] must be exactly 13"),
        ({"MERCHANT_ID": "TESTMERCH 001"}, r"MERCHANT_ID'\] must be exactly 13"),
        ({"MERCHANT_ID": ""}, r"MERCHANT_ID'\] is missing"),
        ({"MODE": "popup"}, r"MODE'\] must be one of hosted, iframe, api"),
        ({"MODES": ["popup"]}, r"MODES'\] must hold only hosted, iframe, api"),
        ({"MODES": ["hosted"]}, r"MODES'\] must hold the mode in use, iframe"),
        ({"PRIVATE_KEY": None}, r"PRIVATE_KEY'\] is missing: make an ecommerce"),
        (
            {"PRIVATE_KEY": "public-key-of-the-tests"},
            r"PUBLIC_KEY'\] is the same as private_key",
        ),
        (
            {"PLATFORM_TOKEN": "private-key-of-the-tests"},
            r"PLATFORM_TOKEN'\] is the same as private_key",
        ),
        (
            HOSTED | {"HOSTED_PRIVATE_KEY": "public-key-of-the-tests"},
            r"PUBLIC_KEY'\] is the same as hosted_private_key",
        ),
        ({"PRIVATE_KEY": "a key\n"}, r"PRIVATE_KEY'\] holds a blank"),
        ({"PRIVATE_KEY": 12}, r"PRIVATE_KEY'\] must be text, not int"),
        (HOSTED | {"HOSTED_PRIVATE_KEY": ""}, r"HOSTED_PRIVATE_KEY'\] is missing"),
        (HOSTED | {"WEBHOOK_SECRETS": []}, r"WEBHOOK_SECRETS'\] is missing"),
        (HOSTED | {"WEBHOOK_SECRETS": [""]}, r"WEBHOOK_SECRETS'\] holds an empty"),
        ({"MODE": "api"}, r"PCI_ATTESTATION'\] is missing"),
        ({"CURRENCY": "EUR"}, r"CURRENCY'\] must be USD or CAD"),
        ({"COUNTRY": "MX"}, r"COUNTRY'\] must be US or CA"),
        ({"LOCALE": "fr_CA"}, r"LOCALE'\] must be one of en, en-CA, fr-CA"),
        ({"BASE_URL": "http://127.0.0.1:1"}, r"BASE_URL'\] is for environment local"),
        ({"ENVIRONMENT": "local"}, r"BASE_URL'\] must be the address"),
        ({"DEADLINE_SECONDS": 0}, r"DEADLINE_SECONDS'\] must be a number of seconds"),
        ({"DEADLINE_SECONDS": "soon"}, r"DEADLINE_SECONDS'\] must be a number"),
        ({"DEADLINE_SECONDS": float("nan")}, r"DEADLINE_SECONDS'\] must be a number"),
        ({"MAX_ANSWER_BYTES": 10}, r"MAX_ANSWER_BYTES'\] must be at least"),
        ({"REQUIRE_ENCRYPTION": "maybe"}, r"REQUIRE_ENCRYPTION'\] must be true or"),
        ({"PRIVAT_KEY": "k"}, r"PRIVAT_KEY'\] is no setting: did you mean PRIVATE_KEY"),
        ({"SOURCE": "x"}, r"SOURCE'\] is no setting"),
        ({"FLAVOUR": "x"}, r"FLAVOUR'\] is no setting: use one of ENVIRONMENT"),
    ],
)
def test_a_mistake_names_its_setting_and_remedy(configure, changes, message):
    with pytest.raises(ConfigurationError, match=message):
        configure(**changes)


@pytest.mark.parametrize(
    "url",
    [
        "http://clover.example",
        "http://10.0.0.1:80",
        "http://127.0.0.1.evil.example",
        "http://user:secret@127.0.0.1",
        "https://clover.example/?key=1",
        "https://",
        "ftp://127.0.0.1",
        "http://127.0.0.1:notaport",
        "http://[::1",
    ],
)
def test_a_double_off_this_machine_needs_https_and_a_plain_address(configure, url):
    with pytest.raises(ConfigurationError, match="BASE_URL"):
        configure(ENVIRONMENT="local", BASE_URL=url)


@pytest.mark.parametrize("url", ["http://localhost:1", "http://[::1]:1", "https://x.y"])
def test_a_double_on_this_machine_or_behind_tls_is_accepted(configure, url):
    assert configure(ENVIRONMENT="local", BASE_URL=url).api_url == url


def test_messages_never_repeat_a_key(configure):
    with pytest.raises(ConfigurationError) as caught:
        configure(PRIVATE_KEY="a canary key")

    assert "canary" not in str(caught.value)


def test_two_webhook_secrets_may_be_good_at_once(configure):
    config = configure(**HOSTED | {"WEBHOOK_SECRETS": ["old", "new"]})

    assert [secret.reveal() for secret in config.webhook_secrets] == ["old", "new"]


def test_one_access_token_stands_in_for_the_missing_keys(configure):
    config = configure(PRIVATE_KEY=None, ACCESS_TOKEN="oauth")

    keys = (config.ecommerce_key, config.hosted_key, config.platform_key)
    assert [key.reveal() for key in keys] == ["oauth"] * 3


def test_the_hosted_key_refunds_what_it_took(configure):
    config = configure(**HOSTED | {"PRIVATE_KEY": None})

    assert config.ecommerce_key.reveal() == "hosted-key"


def test_the_environment_can_hold_everything():
    config = CloverConfig.from_environ(
        {
            "CLOVER_ENVIRONMENT": "sandbox",
            "CLOVER_MERCHANT_ID": "TESTMERCH0001",
            "CLOVER_HOSTED_PRIVATE_KEY": "k",
            "CLOVER_MODE": "hosted",
            "CLOVER_MODES": "hosted, iframe",
            "CLOVER_WEBHOOK_SECRETS": "old, new",
            "CLOVER_DEADLINE_SECONDS": "7.5",
            "CLOVER_REQUIRE_ENCRYPTION": "false",
            "CLOVER_PORT": "tcp://10.0.0.1:80",
            "CLOVER_LOCALE": "",
            "HOME": "/root",
        }
    )

    assert config.modes == (Mode.HOSTED, Mode.IFRAME)
    assert config.webhook_secrets == (Secret("old"), Secret("new"))
    assert (config.deadline_seconds, config.require_encryption) == (7.5, False)


def test_a_misspelt_variable_is_refused_by_its_full_name():
    environ = {"CLOVER_ENVIRONMENT": "sandbox", "CLOVER_MERCHANTID": "TESTMERCH0001"}

    with pytest.raises(
        ConfigurationError, match="CLOVER_MERCHANTID is no setting: did"
    ):
        CloverConfig.from_environ(environ)


def test_a_configuration_made_in_code_is_checked_too():
    with pytest.raises(ConfigurationError, match=r"^merchant_id must be exactly 13"):
        CloverConfig(environment=Environment.SANDBOX, merchant_id="short")


def test_keys_are_not_shown(config):
    shown = repr(config) + str(config) + f"{config.private_key}"

    assert "private-key-of-the-tests" not in shown
    assert "***" in shown


def test_a_configuration_with_its_keys_cannot_be_pickled_or_copied(config):
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(config)
    with pytest.raises(TypeError, match="cannot be pickled"):
        dataclasses.asdict(config)


def test_secrets_are_equal_by_content_and_to_nothing_else():
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert not hasattr(Secret("a"), "__dict__")


def test_a_key_with_foreign_letters_is_refused_not_mangled(configure):
    with pytest.raises(ConfigurationError, match="PRIVATE_KEY"):
        configure(PRIVATE_KEY="clé")


SETTINGS_PAGE = Path(__file__).parents[3] / "docs" / "reference" / "settings.md"
ROW = re.compile(r"^\| `([A-Z_]+)` \|[^|]*\| ([^|]+) \|", re.MULTILINE)


def test_the_page_lists_every_setting_with_its_default():
    rows = dict(ROW.findall(SETTINGS_PAGE.read_text()))
    known = {
        field.name.upper(): field.default
        for field in dataclasses.fields(CloverConfig)
        if field.name != "source"
    }

    assert rows.keys() == known.keys()
    for name, default in known.items():
        if rows[name].startswith("`"):
            assert rows[name].strip("`") == str(default), name
        else:
            assert not default or default is dataclasses.MISSING, name


@pytest.fixture
def without_cryptography(monkeypatch):
    """An installation without the extra `api-only`."""
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name: None if name == "cryptography" else find(name),
    )


def test_mode_api_needs_the_extra_unless_cards_may_go_unencrypted(
    configure, without_cryptography
):
    api = {"MODE": "api", "PCI_ATTESTATION": "SAQ D"}

    with pytest.raises(ConfigurationError, match=r"REQUIRE_ENCRYPTION.*\[api-only\]"):
        configure(**api)
    assert configure(**api, REQUIRE_ENCRYPTION=False).mode is Mode.API


def test_a_certificate_file_must_exist(configure):
    with pytest.raises(ConfigurationError, match=r"CA_BUNDLE'\] must name a file"):
        configure(CA_BUNDLE="/nowhere/ca.pem")


def test_a_merchants_id_in_small_letters_is_the_same_merchant(configure):
    assert configure(MERCHANT_ID="testmerch0001").merchant_id == "TESTMERCH0001"
