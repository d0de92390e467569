"""Logs: one JSON object a line, told whom it is for, without a secret in it."""

from __future__ import annotations

import io
import logging
import sys
from uuid import UUID

import orjson
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from kernel import context
from kernel.auth.principals import Principal
from kernel.observability import configure
from kernel.observability.logs import fault_observers, plugin_of, show_no_locals
from kernel.observability.redaction import HIDDEN, KnownSecrets, is_secret, redacted, scrub
from kernel.observability.settings import ObservabilitySettings

CANARY = 'hunter2-"canary"-\n-ü'
SETTINGS_SECRET = 'k3y-of-this-deployment"\\'
USER = UUID("01900000-0000-7000-8000-000000000001")


@pytest.fixture
def stream():
    """What is logged, with the process's logging put back after the test."""
    root = logging.getLogger()
    handlers, level, out = root.handlers[:], root.level, io.StringIO()
    configure(ObservabilitySettings(log_level="debug"), [SETTINGS_SECRET], out)
    yield out
    structlog.reset_defaults()
    show_no_locals()
    root.handlers[:] = handlers
    root.setLevel(level)


def fail_with(body):
    """Fail as a responder does whose local variables hold a password."""
    password = body["password"]
    raise ZeroDivisionError(len(password))


@pytest.fixture
def failed():
    try:
        fail_with({"password": "canary"[::-1]})
    except ZeroDivisionError as ex:
        return ex


def lines(stream):
    return [orjson.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_one_json_object_with_time_level_and_event(stream):
    structlog.get_logger().info("order_placed", items=3, note="two\nlines")

    (line,) = lines(stream)
    assert line.pop("timestamp").endswith("Z")
    assert line.pop("plugin", None) in (None, "test_logs", "tests")
    assert line == {"level": "info", "event": "order_placed", "items": 3, "note": "two\nlines"}


def test_a_traceback_for_people_shows_no_local_variables(stream, failed):
    configure(ObservabilitySettings(log_format="console"), (), stream)

    structlog.get_logger().error("request_failed", exc_info=failed)
    logging.getLogger("theirs").error("failed too", exc_info=failed)

    assert stream.getvalue().count("in fail_with") == 2
    assert "yranac" not in stream.getvalue()


def test_a_traceback_of_a_process_without_configured_logs_shows_none_either(failed, capsys):
    structlog.reset_defaults()
    show_no_locals()

    structlog.get_logger().error("request_failed", exc_info=failed)

    shown = capsys.readouterr().out
    assert "in fail_with" in shown
    assert "yranac" not in shown


def test_a_line_names_the_request_and_the_caller_it_is_for(stream):
    with context.bound("request-7", Principal(id=USER, kind="user")):
        structlog.get_logger().info("ours")
        logging.getLogger("theirs").warning("theirs %s", "too")

    ours, theirs = lines(stream)
    assert ours["correlation_id"] == theirs["correlation_id"] == "request-7"
    assert ours["principal"] == theirs["principal"] == f"user:{USER}"
    assert (theirs["event"], theirs["logger"], theirs["level"]) == ("theirs too", "theirs", "warning")


@pytest.mark.parametrize(
    ("module", "plugin"),
    [
        ("plugins.listings.services", "listings"),
        ("contrib.smtp.provider", "smtp"),
        ("loyalty.tasks", "loyalty"),
        ("kernel.http.dispatch", ""),
    ],
)
def test_a_line_names_the_plugin_whose_module_logs(module, plugin):
    assert plugin_of(module) == plugin


def test_the_module_that_logs_is_found_through_the_layers_of_both_libraries(stream):
    code = "import logging, structlog\nstructlog.get_logger().info('a')\nlogging.getLogger('x').info('b')"
    exec(compile(code, "tasks.py", "exec"), {"__name__": "plugins.listings.tasks"})

    assert [line["plugin"] for line in lines(stream)] == ["listings", "listings"]


def leak_by_key(log):
    log.info("x", password=CANARY, headers={"Authorization": CANARY, "X-Api-Key": CANARY, "Cookie": CANARY})


def leak_nested(log):
    log.info("x", deep=[{"body": {"refreshToken": CANARY, "user": {"reset_code": CANARY, "otp": CANARY}}}])


def leak_bound(log):
    log.bind(access_token=CANARY).warning("x", secret=CANARY)


def leak_in_exception(log):
    try:
        raise ValueError(  # noqa: TRY301
            f"connect postgresql://stoa:{SETTINGS_SECRET}@db/stoa"
        )
    except ValueError:
        log.exception("x")


def leak_setting(log):
    log.info(f"started with {SETTINGS_SECRET}", anything=[SETTINGS_SECRET])  # noqa: G004


def leak_by_stdlib(log):
    logging.getLogger("lib").error("using %s", SETTINGS_SECRET, extra={"token": CANARY})
    logging.getLogger("lib").error("Authorization: Bearer %s", "abc.DEF-123~456")


def leak_in_object(log):
    class Holder:
        def __repr__(self):
            return f"<Holder password='{SETTINGS_SECRET}'>"

    log.info("x", holder=Holder())


def leak_in_key_of_another_type(log):
    log.info("x", table={7: SETTINGS_SECRET, "token": [CANARY]})


@pytest.mark.parametrize(
    "leak",
    [
        leak_by_key,
        leak_nested,
        leak_bound,
        leak_in_exception,
        leak_setting,
        leak_by_stdlib,
        leak_in_object,
        leak_in_key_of_another_type,
    ],
)
@pytest.mark.parametrize("form", ["json", "console"])
def test_no_secret_reaches_the_log_by_any_way(stream, leak, form):
    configure(ObservabilitySettings(log_level="debug", log_format=form), [SETTINGS_SECRET], stream)

    leak(structlog.get_logger())

    written = stream.getvalue()
    assert written
    assert HIDDEN in written
    assert "hunter2" not in written
    assert "k3y-of-this" not in written
    assert "abc.DEF" not in written


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer eyJhbGciOi.SECRETSECRET.sig",
        "token eyJhbGciOiJIUzI1NiJ9.SECRETSECRET.SECRET here",
        "redis://user:SECRET@host:6379/0",
        "GET /verify?code=SECRET&x=1",
        'body {"password": "SECRET SECRET"}',
        "login(password='SECRET')",
        "api_key=SECRET; next",
        "client-secret: SECRET",
    ],
)
def test_what_looks_like_a_credential_is_hidden_in_text(text):
    assert "SECRET" not in scrub(text)


@pytest.mark.parametrize(
    "text", ["status code: 404", "exit code=1", "a basic plan", "3 tokens left", "x@y.z"]
)
def test_plain_text_stays_as_it_is(text):
    assert scrub(text) == text


@pytest.mark.parametrize(
    "name", ["password", "newPassword", "X-Api-Key", "refresh_token", "code", "set-cookie"]
)
def test_a_key_that_names_a_secret_is_known(name):
    assert is_secret(name)


@pytest.mark.parametrize(
    "name", ["status_code", "token_type", "key", "author", "pinned", "postcode", "secretary"]
)
def test_a_key_that_only_resembles_one_is_not(name):
    assert not is_secret(name)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False), st.lists, max_leaves=8
    )
)
def test_numbers_and_their_lists_are_never_changed(value):
    assert redacted(value) == value


@given(st.text(min_size=6), st.text(), st.text())
def test_a_known_secret_is_hidden_wherever_it_stands_in_a_json_line(secret, before, after):
    line = orjson.dumps({"event": before + secret + after}).decode()

    hidden = KnownSecrets([secret]).hide(line)

    assert orjson.dumps(secret).decode()[1:-1] not in hidden.replace(HIDDEN, "")


def test_an_error_with_an_exception_is_told_to_the_fault_observers(stream):
    seen = []
    fault_observers.append(lambda error, fields: seen.append((error, fields)))
    try:
        with context.bound("request-7"):
            try:
                raise LookupError("gone")  # noqa: TRY301
            except LookupError:
                structlog.get_logger().exception("boom", password=CANARY)
                structlog.get_logger().warning("only a warning", exc_info=True)
            logging.getLogger("lib").error("theirs", exc_info=OSError("away"))
    finally:
        fault_observers.clear()

    assert [type(error) for error, _ in seen] == [LookupError, OSError]
    assert seen[0][1]["correlation_id"] == "request-7"
    assert seen[0][1]["password"] == HIDDEN


def test_a_level_below_the_setting_is_not_written(stream):
    configure(ObservabilitySettings(log_level="warning"), (), stream)

    structlog.get_logger().info("quiet")
    logging.getLogger("lib").info("quiet")

    assert stream.getvalue() == ""


def test_without_a_stream_logs_go_to_standard_error(stream, capsys):
    configure(ObservabilitySettings())

    structlog.get_logger().info("here")

    out, err = capsys.readouterr()
    assert (out, orjson.loads(err)["event"]) == ("", "here")
    assert sys.stderr is not None
