"""Reading mail that anybody may have sent: it never fails, and gives what JSON can hold."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodes.apps.mail_reading import letter_item

HEADERS = st.lists(
    st.tuples(
        st.sampled_from(["From", "To", "Subject", "Date", "Content-Type", "Content-Transfer-Encoding", "X-Odd"]),
        st.one_of(
            st.binary(max_size=40),
            st.sampled_from(
                [b"multipart/mixed; boundary=b", b"text/plain; charset=none", b"base64", b"=?utf-8?q?=ff?=", b"a@b, <"]
            ),
        ),
    ),
    max_size=6,
)
FORMS = ("raw", "simple", "resolved")


@settings(max_examples=150, deadline=None)
@given(headers=HEADERS, body=st.one_of(st.binary(max_size=200), st.just(b"--b\r\n\r\nx\r\n--b\r\n\r\n")))
def test_any_bytes_are_a_message(headers: list[tuple[str, bytes]], body: bytes) -> None:
    data = b"".join(name.encode() + b": " + value + b"\r\n" for name, value in headers) + b"\r\n" + body

    for form in FORMS:
        item = letter_item(7, data, form, "attachment_", attachments=True)  # type: ignore[arg-type]

        assert msgspec.json.decode(msgspec.json.encode(item))["json"]["attributes"] == {"uid": 7}


@pytest.mark.parametrize(
    ("data", "key", "value"),
    [
        pytest.param(b"Subject: a\r\n b\r\n\r\nx", "subject", "a b", id="a folded header"),
        pytest.param(b"Content-Type: text/plain; charset=nope\r\n\r\n\xff", "textPlain", "\ufffd", id="no charset"),
        pytest.param(b"Content-Type: text/html\r\n\r\n<b>", "textHtml", "<b>", id="HTML alone"),
        pytest.param(b"", "textPlain", "", id="nothing"),
    ],
)
def test_texts(data: bytes, key: str, value: str) -> None:
    item = letter_item(1, data, "simple", "a", attachments=False)

    assert item.json[key] == value
    assert item.binary is None
