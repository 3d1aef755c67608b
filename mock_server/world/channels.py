"""Channels: how a conversation is carried, spoken or written, and what each source stores of it.

A :class:`Script` collects who says what; :func:`body` gives it times and the shape that the source's ``data`` has.
Only the shape of CALL is documented by the vendor; the others are inferred.
"""

from collections.abc import Iterable

from mock_server.world import Record
from mock_server.world.calendar import MINUTE, stamp
from mock_server.world.fixture_models import Business, Common, FollowUpAnswer, Topic
from mock_server.world.ids import Rng
from mock_server.world.people import Person

Turn = tuple[bool, str]
"""A turn: true when Sophiie speaks, and the words."""

_SECOND = 1000
# Reading speed on the phone, and how long people take to type or to look at their phone.
_MS_PER_LETTER = 58


class Script:
    """A conversation, turn by turn; one-way sources (e-mail, web form) collect only the customer's sentences."""

    def __init__(self, source: str, slots: dict[str, str], stream: Rng, shared: Common) -> None:
        self.source = source
        self.slots = slots
        self.stream = stream
        self.turns: list[Turn] = []
        self.time = ""
        self._phrases = shared.phrases
        self._one_way = source in ("EMAIL", "WEBFORM")

    def phrase(self, key: str) -> str:
        """One of the common phrases, its slots filled."""
        return self.stream.choice(self._phrases[key]).format_map(self.slots)

    def say(self, text: str, *, assistant: bool = True) -> None:
        """One turn; on a one-way source Sophiie has none."""
        if not (assistant and self._one_way):
            self.turns.append((assistant, text))

    def open(self, opening: str, *, known: bool) -> None:
        """Greeting, the reason for the contact, and who it is."""
        if self.source in ("CALL", "CHATBOT"):
            self.say(self.phrase("greeting" if self.source == "CALL" else "chat_greeting"))
        self.say(opening, assistant=False)
        if known:
            self.say(self.phrase("known"))
        elif not self._one_way:
            self.say(self.phrase("ask_name"))
            self.say(self.phrase("give_name"), assistant=False)

    def call_out(self, opening: str) -> None:
        """Sophiie rings: who is there, and why."""
        self.say(self.phrase("outbound"))
        self.say(self.phrase("outbound_reply"), assistant=False)
        self.say(opening)

    def ask(self, questions: Iterable[str], answers: Iterable[FollowUpAnswer]) -> None:
        """The follow-up questions of a service with their answers; in writing the customer just states the facts."""
        for question, answer in zip(questions, answers, strict=False):
            self.slots["question"] = question
            self.say(self.phrase("lead_in"))
            self.say(f"{answer.fact}." if self._one_way else answer.spoken, assistant=False)

    def arrange(self, time: str) -> None:
        """Say where and when; a web form has its own fields for both."""
        self.time = time
        if self.source == "WEBFORM":
            return
        self.say(self.phrase("ask_address"))
        self.say(self.phrase("give_address"), assistant=False)
        self.say(self.phrase("ask_time"))
        self.say(time, assistant=False)

    def book(self) -> None:
        """Offer a time, take the yes, confirm."""
        self.say(self.phrase("offer"))
        self.say(self.phrase("accept"), assistant=False)
        self.say(self.phrase("booked"))

    def call_back(self) -> str:
        """Promise that the team gets in touch; return the fact for the notes."""
        said, fact = self.phrase("callback").split(" | ")
        self.say(said)
        return fact

    def end(self) -> None:
        """Say goodbye, on the phone only; now and then the caller just hangs up."""
        if self.source == "CALL":
            self.say(self.phrase("anything_else"))
            self.say(self.phrase("bye"), assistant=False)
            if not self.stream.chance(25):
                self.say(self.phrase("close"))


def body(
    source: str, script: Script, start: int, business: Business, person: Person, topic: Topic
) -> tuple[int, Record]:
    """When the contact ended (epoch milliseconds), and the source's own part of ``data``."""
    if source == "CALL":
        return _call(script, start, outbound=topic.outbound)
    if source == "EMAIL":
        return start, _email(script, start, business, person, topic)
    if source == "WEBFORM":
        return start, _form(script, start, person, topic)
    return _messages(script, start, chat=source == "CHATBOT")


def _call(script: Script, start: int, *, outbound: bool) -> tuple[int, Record]:
    stream = script.stream
    at = start + stream.randint(400, 1900)
    transcripts: list[Record] = []
    for number, (assistant, text) in enumerate(script.turns, 1):
        transcripts.append(
            {
                "id": f"tr_{number}",
                "created_at": stamp(at),
                "text": text,
                "user": "assistant" if assistant else "user",
            }
        )
        at += len(text) * _MS_PER_LETTER + stream.randint(300, 1600)
    # Whole seconds, so that the duration is exactly the difference of the two times.
    duration = (at - start) // _SECOND + 1
    end = start + duration * _SECOND
    return end, {
        "recordingUrl": None,
        "transcripts": transcripts,
        "direction": "AI_TO_LEAD" if outbound else "LEAD_TO_AI",
        "duration": duration,
        "startedAt": stamp(start),
        "endedAt": stamp(end),
        "endedBy": transcripts[-1]["user"],
    }


def _messages(script: Script, start: int, *, chat: bool) -> tuple[int, Record]:
    stream, at = script.stream, start
    messages: list[Record] = []
    for number, (assistant, text) in enumerate(script.turns, 1):
        user = "assistant" if assistant else "user"
        messages.append({"id": f"msg_{number}", "createdAt": stamp(at), "text": text, "user": user})
        at += stream.randint(2000, 4000) if not assistant else stream.randint(5000, MINUTE)
    if chat:
        return at, {"messages": messages, "startedAt": stamp(start), "endedAt": stamp(at)}
    return at, {"messageThreadId": None, "messages": messages}


def _email(script: Script, start: int, business: Business, person: Person, topic: Topic) -> Record:
    sentences = " ".join(text for _, text in script.turns)
    parts = (script.phrase("mail_hello"), sentences, f"{script.phrase('mail_bye')}\n{person.name}\n{person.phone}")
    return {
        "from": person.email,
        "to": business.mailbox,
        "subject": script.stream.choice(topic.subject).format_map(script.slots),
        "body": "\n\n".join(parts),
        "receivedAt": stamp(start),
    }


def _form(script: Script, start: int, person: Person, topic: Topic) -> Record:
    fields = [("Name", person.name), ("Phone", person.phone), ("Email", person.email)]
    if topic.service:
        fields += [("Address", person.address), ("Service", topic.service)]
    fields.append(("Message", " ".join(text for _, text in script.turns)))
    if script.time:
        fields.append(("Preferred time", script.time))
    return {
        "formName": "Request a visit" if topic.service else "Existing booking",
        "fields": [{"name": name, "value": value} for name, value in fields],
        "submittedAt": stamp(start),
    }
