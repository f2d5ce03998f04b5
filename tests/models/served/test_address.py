"""Where a server is, and what is kept secret."""

import pytest

from agoranomos.errors import UsageError
from agoranomos.models import check_engine_name, open_engine
from agoranomos.models.served.address import Address, address_of
from agoranomos.models.served.options import ServedOptions


def test_options_come_before_the_environment():
    environment = {"OPENAI_BASE_URL": "https://there/v1", "OPENAI_API_KEY": "one", "MINE": "two"}
    assert address_of("m", ServedOptions(), environment) == Address("https://there/v1", "one")
    options = ServedOptions(base_url="http://here:8000/v1/", key="MINE")
    assert address_of("m", options, environment) == Address("http://here:8000/v1", "two", "MINE")


def test_without_a_server_the_error_says_how_to_name_one():
    with pytest.raises(UsageError, match="base_url"):
        address_of("m", ServedOptions(), {})


@pytest.mark.parametrize(
    "base_url",
    ["localhost:8000", "ftp://x/v1", "http://", "http://[::1", "http://x/v1?a=b", "http://x:port/v1", "http://x/#y"],
)
def test_what_is_no_base_url_is_refused(base_url):
    with pytest.raises(UsageError):
        address_of("m", ServedOptions(base_url=base_url), {})


@pytest.mark.parametrize("base_url", ["http://user:secret@x/v1", "http://secret@x/v1"])
def test_a_password_in_a_url_is_refused_and_not_repeated(base_url):
    with pytest.raises(UsageError) as caught:
        address_of("m", ServedOptions(base_url=base_url), {})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("base_url", "local"),
    [
        ("http://localhost:1/v1", True),
        ("http://127.0.0.9/v1", True),
        ("http://[::1]:1/v1", True),
        ("https://api.example.org/v1", False),
        ("http://10.0.0.1/v1", False),
    ],
)
def test_this_machine_is_known(base_url, local):
    assert Address(base_url).local is local


def test_white_space_around_a_key_is_none_of_it():
    assert address_of("m", ServedOptions(base_url="http://x/v1"), {"OPENAI_API_KEY": " sk-one\r\n"}).key == "sk-one"


@pytest.mark.parametrize("key", ["sk-s\u00e9cret", "sk secret", "sk\nsecret", "sk\x00secret"])
def test_what_no_header_can_hold_is_no_key_and_is_not_repeated(key):
    with pytest.raises(UsageError, match="OPENAI_API_KEY") as caught:
        address_of("m", ServedOptions(base_url="http://x/v1"), {"OPENAI_API_KEY": key})
    assert "cret" not in str(caught.value)
    assert "cret" not in caught.value.advice


def test_the_key_is_in_no_representation_and_hidden_in_what_servers_say():
    address = Address("http://x/v1", "sk-verysecret")
    assert "verysecret" not in repr(address)
    assert address.hidden("Incorrect key sk-verysecret") == "Incorrect key ***"
    assert Address("http://x/v1").hidden("all of it") == "all of it"


@pytest.mark.parametrize(
    "name",
    [
        "openai/",
        "openai/m?base_url=localhost:8000",
        "openai/m?key=sk-123",
        "openai/m?timeout=0",
        "openai/m?concurrency=0",
        "openai/m?retries=-1",
    ],
)
def test_names_and_options_are_checked_without_a_server(name):
    with pytest.raises(UsageError):
        check_engine_name(name)


def test_whoever_writes_a_key_where_its_name_belongs_is_told():
    with pytest.raises(UsageError, match="the name of an environment variable was expected, and never the key itself"):
        check_engine_name("openai/m?key=sk-123")


def test_a_model_id_may_hold_slashes(monkeypatch):
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    check_engine_name("openai/meta-llama/Llama-3.1-8B-Instruct?base_url=http://gpu-3:8000/v1&concurrency=512")
    with pytest.raises(UsageError, match="no server is named"):
        open_engine("openai/meta-llama/Llama-3.1-8B-Instruct")
