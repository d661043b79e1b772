"""Messages that mail software has stumbled over, with CRLF line ends."""

import hashlib


def letter(subject, body=b"Hello.\r\n", headers=b""):
    if isinstance(body, str):
        body = body.encode()
    return b"From: Ann <ann@example.org>\r\nTo: alice@postern.test\r\nSubject: " + subject.encode() + b"\r\n" + headers + b"\r\n" + body


def _noise(seed, count):
    """`count` octets that look random and are the same in every run."""
    block, out = hashlib.sha256(seed.encode()).digest(), bytearray()
    while len(out) < count:
        out += block
        block = hashlib.sha256(block).digest()
    return bytes(out[:count])


def _wrapped(data, width=76):
    import base64

    text = base64.b64encode(data)
    return b"".join(text[i : i + width] + b"\r\n" for i in range(0, len(text), width))


def _parts(number):
    return (
        b"Content-Type: multipart/mixed; boundary=outer\r\nMIME-Version: 1.0\r\n",
        b"Preamble.\r\n--outer\r\nContent-Type: multipart/alternative; boundary=inner\r\n\r\n--inner\r\n\r\nplain\r\n--inner\r\n"
        b"Content-Type: text/html; charset=utf-8\r\n\r\n<p>\xc3\xa4</p>\r\n--inner--\r\n--outer\r\n"
        b'Content-Type: application/octet-stream; name="a b.bin"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        + _wrapped(_noise(str(number), 500 + number % 7000))
        + b"--outer\r\nContent-Type: message/rfc822\r\n\r\nSubject: inside\r\n\r\ninner body\r\n--outer--\r\nEpilogue.\r\n",
    )


def awkward(number):
    """The number-th of an endless row of different messages."""
    subject = f"letter {number}"
    kinds = [
        lambda: letter(subject),
        lambda: letter(subject, b""),
        lambda: letter(subject, b"no line end at the end"),
        lambda: letter(subject, b".\r\n..\r\n. x\r\n...\r\n"),
        lambda: letter(subject, "öäü \u263a\r\n".encode()),
        lambda: letter(subject, b"latin1 \xe4\xf6\xfc\xff\r\n"),
        lambda: letter(subject, b"x" * 5000 + b"\r\n" + b"y" * 999 + b"\r\n"),
        lambda: letter(subject, b"\r\n\r\n\r\n"),
        lambda: letter(subject, b"trailing blanks   \r\n\t\r\n From here\r\nFrom the start\r\n"),
        lambda: letter(subject, b"Hi.\r\n", b"X-Folded: one\r\n\ttwo\r\n three\r\nX-Empty:\r\nX-Odd : blank before the colon\r\n"),
        lambda: letter(subject, b"Hi.\r\n", b"To: =?utf-8?q?J=C3=B6rg?= <joerg@example.org>,\r\n undisclosed: ;\r\n"),
        lambda: letter(subject, _parts(number)[1], _parts(number)[0]),
        lambda: letter(subject, b"--cut\r\n\r\nnever closed", b"Content-Type: multipart/mixed; boundary=cut\r\n"),
        lambda: letter(subject, b"body\r\n", b"Content-Type: text/plain; charset=\"\r\nDate: not a date\r\n"),
        lambda: b"Subject: " + subject.encode() + b"\r\n",
        lambda: letter(subject, _wrapped(_noise(subject, 40_000))),
    ]
    return kinds[number % len(kinds)]()
