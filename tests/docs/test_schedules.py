"""Every page says the same about how often recovery and reconciliation run."""

import re

import pytest

from tests.docs.pages import PAGES, name_of

CRON = re.compile(r"^((?:[*/\d]+ +){5}).*?(recover|reconcile)\b(.*)$", re.MULTILINE)
BEAT = re.compile(
    r'"clover_django\.(recover|reconcile)", +"schedule": +(.+?)[,}]*$', re.M
)
PERIODS = {
    "recover": {"* * * * *", "60.0"},
    "reconcile": {"*/10 * * * *", "0 4 * * *", 'crontab(minute="*/10")'},
}


def schedules(page):
    """The command, its period, and its options where it is a line for cron."""
    text = page.read_text()
    for period, command, options in CRON.findall(text):
        yield command, " ".join(period.split()), options
    for command, period in BEAT.findall(text):
        yield command, period, None


@pytest.mark.parametrize(
    "page", [page for page in PAGES if [*schedules(page)]], ids=name_of
)
def test_a_schedule_is_the_one_of_all_pages(page):
    for command, period, options in schedules(page):
        assert period in PERIODS[command]
        assert options is None or "--quiet" in options, "cron mails what is printed"


def test_several_pages_name_a_schedule():
    assert len([page for page in PAGES if [*schedules(page)]]) >= 3
