import pytest

from subscriptions import keywords

CASES = [
    *((text, "stop") for text in (
        "STOP", "stop", "Stop.", " STOP\n", "“Stop”", "'STOP'", "STOP!!!", "STOP 🛑", "ＳＴＯＰ", "STOP\u200b",
        "S.T.O.P.",
        "STOPALL", "STOP ALL", "stop  all", "UNSUBSCRIBE", "cancel", "End", "quit?", "REVOKE", "OPT OUT", "opt-out",
        "opt–out", "OPTOUT", "STOPP", "ARRET", "ARRÊT", "arre\u0302t", "ALTO", "PARAR", "stop stop STOP",
        "Please stop", "STOP PLEASE", "stop texting me", "please stop texting me", "Unsubscribe me please",
        "Stop sending me texts", "s t o p", "S-T-O-P", "Re: STOP", "STOP\n\nSent from my phone", "Ѕtop", "REMOVE",
        "remove me", "Désabonner", "Stop, merci",
    )),
    *((text, "start") for text in ("START", "unstop", "Yes", "YES!", "oui", "start start")),
    *((text, "help") for text in ("HELP", "help?", "info", "Aide", "aide !")),
    *((text, None) for text in (
        "", " ", "!", "weekend", "please stop by", "stop it", "the end", "don't stop", "STOP 2", "text me",
        "yes please", "help me please", "messages", "I can't stop laughing", "cancel my order", "Hi\nstop",
        "Yes?", "¿start?", "helpful", "stopp all", "STOP HELP", "🛑", "ends", "x" * 5000, "s t a r t",
    )),
]  # fmt: skip


@pytest.mark.parametrize("text, kind", CASES)
def test_a_text_is_a_keyword_only_when_it_is_nothing_else(text: str, kind: str | None) -> None:
    assert keywords.understand(text).kind == kind


@pytest.mark.parametrize(
    "text, word, language", [("arrêt", "ARRET", "fr"), ("opt-out", "OPTOUT", "en"), ("stop stop", "STOP", "en")]
)
def test_the_word_and_its_language_are_told(text: str, word: str, language: str) -> None:
    found = keywords.understand(text)
    assert (found.word, found.language) == (word, language)


@pytest.mark.parametrize(
    "text", ["please take me off your list", "Do not text me again", "stop it", "Lose my number", "opt me out of this"]
)
def test_what_sounds_like_an_opt_out_is_for_a_person_to_read(text: str) -> None:
    assert keywords.may_mean_stop(text)


@pytest.mark.parametrize("text", ["STOP", "Nice picture!", "bus stops here", "Please stop texting me", ""])
def test_what_was_understood_or_is_harmless_asks_for_nobody(text: str) -> None:
    assert not keywords.may_mean_stop(text)
