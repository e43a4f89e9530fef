"""E-mail over a real connection, and what each answer of a server means."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage

import pytest
from django.core.mail import get_connection
from pytest_django import Settings

from liaison.notices.channels import EmailChannel, HealingError, Letter, OutageError, SendingError
from liaison.notices.channels.composing import compose
from liaison.notices.channels.mail import as_mail
from liaison.notices.models import Delivery
from liaison.notices.wording import Words
from tests.factories import NOW, make_user
from tests.faults.smtp_sink import Behaviour, HangUpError, SmtpSink, smtp_sink

WORDS = Words(
    language="id", subject="Kam, 13 Mei · Ibu Ana", text="Halo\n", html="<p>Halo</p>", short="Pengingat",
    opens_at="http://localhost:8000/notices/", expires_at=NOW,
)  # fmt: skip
Trouble = Delivery.Trouble


def letter(address: str = "sari@example.org", number: int = 1) -> Letter:
    return Letter(address, f"<{number}@example.org>", WORDS)


@pytest.fixture(params=["together", "one by one"])
def sink(settings: Settings, request: pytest.FixtureRequest) -> Iterator[SmtpSink]:
    """A mail server that takes several commands at once, and one that does not."""
    with smtp_sink() as server:
        server.has_pipelining = request.param == "together"
        use(server, settings)
        yield server


def use(server: SmtpSink, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 30


def on(verb: str, reply: str, *, times: int = 1000) -> Behaviour:
    """Give that reply to that command, so many times."""
    left = [times]

    def behave(said: str, _rest: str) -> str | None:
        if said != verb or not left[0]:
            return None
        left[0] -= 1
        return reply

    return behave


def test_a_mail_is_text_and_html_with_its_headers(sink: SmtpSink) -> None:
    with EmailChannel() as channel:
        channel.send(letter())
    (message,) = sink.messages
    assert message["Message-ID"] == "<1@example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "id"
    assert (message["To"], message["Subject"]) == ("sari@example.org", "Kam, 13 Mei · Ibu Ana")
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]


def test_a_mail_program_may_stop_what_may_be_stopped_and_nothing_else(sink: SmtpSink) -> None:
    stoppable = replace(WORDS, stops_at="https://liaison.example/notices/stop/x/")
    with EmailChannel() as channel:
        channel.send(Letter("sari@example.org", "<1@example.org>", stoppable))
        channel.send(letter(number=2))
    first, second = sink.messages
    assert first["List-Unsubscribe"] == "<https://liaison.example/notices/stop/x/>"
    assert first["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "List-Unsubscribe" not in second
    assert "List-Unsubscribe-Post" not in second


def test_many_mails_use_one_connection(sink: SmtpSink) -> None:
    with EmailChannel() as channel:
        for number in range(20):
            channel.send(letter(number=number))
    assert (len(sink.messages), sink.connections) == (20, 1)


def test_the_persons_address_is_where_they_are_reached(db: None) -> None:
    assert EmailChannel.addresses(make_user(email="sari@example.org")) == ["sari@example.org"]


@pytest.mark.parametrize(
    ("verb", "reply", "kind", "trouble"),
    [
        ("RCPT", "450 4.2.1 mailbox busy", HealingError, Trouble.LATER),
        ("RCPT", "550 5.1.1 no such user", SendingError, Trouble.REFUSED),
        ("MAIL", "452 4.3.1 out of space", HealingError, Trouble.LATER),
        ("MAIL", "553 5.1.8 who are you", SendingError, Trouble.REFUSED),
        ("DATA", "451 4.7.1 greylisted", HealingError, Trouble.LATER),
        ("END", "451 4.3.0 try again", HealingError, Trouble.LATER),
        ("END", "554 5.7.1 that is spam", SendingError, Trouble.REFUSED),
        ("RCPT", "421 4.3.2 going down", HealingError, Trouble.LATER),
        ("CONNECT", "421 4.3.2 going down", OutageError, Trouble.CLOSED),
        ("CONNECT", "554 5.3.2 not you", OutageError, Trouble.CLOSED),
    ],
)
def test_what_a_server_answers_decides_whether_to_try_again(
    sink: SmtpSink, verb: str, reply: str, kind: type[SendingError], trouble: Delivery.Trouble
) -> None:
    sink.behave = on(verb, reply, times=1)
    with EmailChannel() as channel:
        with pytest.raises(SendingError) as caught:
            channel.send(letter(number=1))
        channel.send(letter(number=2))  # the next one is not hurt by it
    assert (type(caught.value), caught.value.trouble) == (kind, trouble)
    assert reply[4:] in caught.value.detail
    assert sink.message_ids()[-1] == "<2@example.org>"


@pytest.mark.parametrize("verb", ["MAIL", "DATA", "END"])
def test_a_server_that_hangs_up_is_tried_anew_and_then_believed(sink: SmtpSink, verb: str) -> None:
    def behave(said: str, _rest: str) -> None:
        if said == verb:
            raise HangUpError

    sink.behave = behave
    with EmailChannel() as channel:
        kinds = []
        for number in range(2):
            with pytest.raises(HealingError) as caught:
                channel.send(letter(number=number))
            kinds.append((type(caught.value), caught.value.trouble))
    assert kinds == [(HealingError, Trouble.LOST), (OutageError, Trouble.LOST)]
    assert sink.connections == 2


def test_one_letter_that_breaks_the_connection_is_no_outage(sink: SmtpSink) -> None:
    def behave(said: str, rest: str) -> None:
        if said == "RCPT" and "poison" in rest:
            raise HangUpError

    sink.behave = behave
    with EmailChannel() as channel:
        for _round in range(3):
            with pytest.raises(HealingError) as caught:
                channel.send(letter("poison@example.org"))
            assert not isinstance(caught.value, OutageError)
            channel.send(letter())
    assert len(sink.messages) == 3


def test_a_server_that_hangs_is_left_after_the_timeout(sink: SmtpSink, settings: Settings) -> None:
    may_go_on = threading.Event()
    settings.EMAIL_TIMEOUT = 3

    def hang(said: str, _rest: str) -> None:
        if said == "END":
            may_go_on.wait(60)

    sink.behave = hang
    with EmailChannel() as channel, pytest.raises(HealingError) as caught:
        channel.send(letter())
    may_go_on.set()
    assert caught.value.trouble == Trouble.LOST


def test_nobody_listening_is_an_outage(settings: Settings) -> None:
    with smtp_sink() as server:
        use(server, settings)
    with EmailChannel() as channel, pytest.raises(OutageError) as caught:
        channel.send(letter())
    assert caught.value.trouble == Trouble.CLOSED


def test_an_address_that_cannot_be_is_refused(sink: SmtpSink) -> None:
    with EmailChannel() as channel, pytest.raises(SendingError) as caught:
        channel.send(channel.pack(letter("sari@example.org\nBcc: all@example.org")))
    assert (type(caught.value), caught.value.trouble) == (SendingError, Trouble.REFUSED)
    assert not sink.messages


@pytest.fixture
def collector(settings: Settings) -> Iterator[SmtpSink]:
    """A mail server that does not answer sender and recipient before it knows whether data will follow."""
    with smtp_sink() as server:
        server.collects = True
        use(server, settings)
        yield server


def test_what_a_server_takes_together_is_sent_together(collector: SmtpSink) -> None:
    with EmailChannel() as channel:
        for number in range(3):
            channel.send(letter(number=number))
    assert len(collector.messages) == 3


def test_where_a_server_does_not_say_so_nothing_is_sent_together(
    collector: SmtpSink, settings: Settings
) -> None:
    """The control of the one above: whoever waits for each answer waits in vain."""
    collector.has_pipelining, settings.EMAIL_TIMEOUT = False, 3
    with EmailChannel() as channel, pytest.raises(HealingError) as caught:
        channel.send(letter())
    assert caught.value.trouble == Trouble.LOST
    assert not collector.messages


@pytest.mark.parametrize("collects", [True, False])
def test_a_recipient_refused_in_the_middle_of_what_was_sent_together_gets_nothing_and_hurts_nobody(
    sink: SmtpSink, *, collects: bool
) -> None:
    """The server asks for the message all the same, as it may: it gets an empty one, for nobody."""
    sink.collects = collects and sink.has_pipelining
    sink.behave = lambda verb, rest: "550 5.1.1 no such user" if verb == "RCPT" and "gone" in rest else None
    with EmailChannel() as channel:
        channel.send(letter(number=1))
        with pytest.raises(SendingError) as caught:
            channel.send(letter("gone@example.org", number=2))
        channel.send(letter(number=3))
    assert (type(caught.value), caught.value.trouble) == (SendingError, Trouble.REFUSED)
    assert "550 5.1.1 no such user" in caught.value.detail
    assert sink.message_ids() == ["<1@example.org>", "<3@example.org>"]
    assert sink.dropped == ([b""] if sink.has_pipelining else [])


def test_who_refuses_the_sender_and_asks_for_data_all_the_same_gets_none(collector: SmtpSink) -> None:
    collector.behave = on("MAIL", "553 5.1.8 who are you", times=1)
    with EmailChannel() as channel:
        with pytest.raises(SendingError) as caught:
            channel.send(letter(number=1))
        channel.send(letter(number=2))
    assert "553 5.1.8 who are you" in caught.value.detail
    assert (collector.message_ids(), collector.dropped) == (["<2@example.org>"], [])


def test_a_server_that_says_why_it_goes_down_and_goes_is_quoted(sink: SmtpSink) -> None:
    def behave(verb: str, _rest: str) -> str | None:
        return "421 4.3.2 going down" if verb == "MAIL" else None

    sink.behave = behave
    with EmailChannel() as channel, pytest.raises(HealingError) as caught:
        channel.send(letter())
    assert (caught.value.trouble, caught.value.detail) == (Trouble.LATER, "421 4.3.2 going down")


LONG = "Perubahan: " + "Pertemuan «Ketahanan pangan» dengan 東京の代表団 " * 4 + "🚗"


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Reminder", "Hello\n\nBye\n"),
        ("Kam, 13 Mei · Ibu Ana", "Halo · Ibu Ana\nspasi di akhir \n.\n..titik\n=20\nFrom here\n"),
        (LONG.strip(), "x" * 1200 + "\n"),
        ("=?utf-8?q?not_one_of_ours?=", "no line's end"),
        ("a" * 950, ".\n"),
    ],
)
def test_a_mail_made_by_hand_says_what_the_general_way_says(sink: SmtpSink, subject: str, text: str) -> None:
    said = replace(
        WORDS, subject=subject, text=text, html=f"<p>{text}</p>", stops_at="https://liaison.example/stop/"
    )
    letters = [Letter(f"{number}@example.org", f"<{number}@example.org>", said) for number in range(2)]
    with EmailChannel() as channel:
        channel.send(channel.pack(letters[0]))
    with get_connection() as connection:
        connection.send_messages([as_mail(letters[1])])
    ours, theirs = sink.messages
    assert ours.defects == []
    assert {*ours.keys()} == {*theirs.keys()}
    same = {*ours.keys()} - {"Message-ID", "To", "Content-Type", "Date", "Subject"}
    assert [(ours[name], ours[name].defects) for name in same] == [(theirs[name], ()) for name in same]
    assert contents(ours) == contents(theirs)
    assert (ours["Subject"], ours["Subject"].defects) == (subject, ())


def contents(message: EmailMessage) -> list[tuple[str, str]]:
    """Each part's kind and text; a line's end that the general way adds is no difference."""
    return [(part.get_content_type(), part.get_content().rstrip("\n")) for part in message.iter_parts()]


def test_no_line_of_a_mail_is_longer_than_a_server_must_take_nor_ends_otherwise() -> None:
    said = replace(WORDS, subject=LONG.strip(), text="x" * 1200, html="<p>\r\n" + "ä" * 600 + "\r</p>")
    message = compose(Letter("sari@example.org", "<1@example.org>", said))
    assert message.count(b"\n") == message.count(b"\r") == message.count(b"\r\n")
    assert max(map(len, message.split(b"\r\n"))) <= 998
    head = message.partition(b"\r\n\r\n")[0]
    assert max(map(len, head.split(b"\r\n"))) <= 78
