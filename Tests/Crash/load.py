"""Senders and readers that work until the server is gone or they are told to stop, and write down what they were promised."""

import imaplib
import itertools
import random
import smtplib
import threading
import time

from demonstration import address
from ledger import compose

LARGE = 1_500_000  # octets: beyond what the store keeps in memory
GONE = (OSError, EOFError, smtplib.SMTPException, imaplib.IMAP4.error)


class Load:
    """`senders` SMTP sessions, `filers` that APPEND, `movers` that APPEND and MOVE; each rests for `think` seconds before a message.
    Refusals are noted and the work goes on."""

    def __init__(self, server, ledger, senders=4, filers=2, movers=2, large=0.005, think=0):
        self.server, self.ledger, self.large, self.think = server, ledger, large, think
        self.over = threading.Event()
        self.numbers = itertools.count()
        self.name = f"{random.randrange(1 << 48):012x}"
        self.replies = set()
        work = [self.send] * senders + [self.file] * filers + [self.move] * movers
        self.threads = [threading.Thread(target=self.until_over, args=(each,), daemon=True) for each in work]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join(60)
            assert not thread.is_alive(), "a client still waits for an answer"

    def until_over(self, session):
        while not self.over.is_set():
            try:
                session()
            except GONE:
                time.sleep(0.05)

    def message(self):
        time.sleep(self.think)
        identifier = f"{self.name}.{next(self.numbers)}@crash.test"
        size = LARGE if random.random() < self.large else random.choice((200, 1000, 4000, 30_000))
        return identifier, compose(identifier, size)

    def send(self):
        with self.server.smtp(timeout=20) as session:
            session.ehlo()
            for _ in range(random.randrange(1, 20)):
                if self.over.is_set():
                    return
                accounts = random.sample(("alice", "bob", "carol"), random.choice((1, 1, 2)))
                identifier, content = self.message()
                code, text = session.mail("a@example.org")
                for account in accounts:
                    if code == 250:
                        code, text = session.rcpt(address(account))
                if code != 250:
                    self.replies.add(f"{code} {text.split()[0].decode()}")
                    session.rset()
                    time.sleep(0.05)
                    continue
                self.ledger.note(self.ledger.tried, accounts, identifier)
                try:
                    code, text = session.data(content)
                except smtplib.SMTPDataError as refusal:
                    code, text = refusal.smtp_code, refusal.smtp_error
                self.replies.add(f"{code} {text.split()[0].decode()}")
                if code == 250:
                    self.ledger.note(self.ledger.acknowledged, accounts, identifier)
                elif code != 421:  # 421: the server goes down, and says nothing about the message
                    self.ledger.note(self.ledger.refused, accounts, identifier)
                    session.rset()
                    time.sleep(0.05)

    def append(self, session, account):
        identifier, content = self.message()
        self.ledger.note(self.ledger.tried, [account], identifier)
        status, answer = session.append("INBOX", None, None, content)
        self.replies.add(f"{status} {answer[-1].split()[0].decode()}")
        if status == "OK":
            self.ledger.note(self.ledger.acknowledged, [account], identifier)
        else:
            self.ledger.note(self.ledger.refused, [account], identifier)
            time.sleep(0.05)
        return status == "OK"

    def file(self):
        account = random.choice(("alice", "bob"))
        session = self.server.imap(account, timeout=20)
        while not self.over.is_set():
            self.append(session, account)
        session.logout()

    def move(self):
        session = self.server.imap("carol", timeout=20)
        session.create("Moved")
        session.select("INBOX")
        while not self.over.is_set():
            if self.append(session, "carol"):
                session.noop()
                last = session.uid("SEARCH", "ALL")[1][0].split()[-1:]
                if last:
                    session.uid("MOVE", last[0].decode(), "Moved")
        session.logout()
