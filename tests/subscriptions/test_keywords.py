import pytest

from subscriptions import keywords

CASES = [
    *((text, "stop") for text in (
        "STOP", "stop", "Stop.", " STOP\n", "“Stop”", "'STOP'", "STOP!!!", "STOP 🛑", "ＳＴＯＰ", "STOP\u200b",
        "S.T.O.P.",
        "STOPALL", "STOP ALL", "stop  all", "UNSUBSCRIBE", "cancel", "End", "quit?", "REVOKE", "OPT OUT", "opt-out",
        "opt–out", "OPTOUT", "STOPP", "ARRET", "ARRÊT", "arre\u0302t", "ALTO", "PARAR", "stop stop STOP",
    )),
    *((text, "start") for text in ("START", "unstop", "Yes", "YES!", "oui", "start start")),
    *((text, "help") for text in ("HELP", "help?", "info", "Aide", "aide !")),
    *((text, None) for text in (
        "", " ", "!", "weekend", "please stop by", "stop it", "the end", "don't stop", "STOP PLEASE", "STOP 2",
        "yes please",
        "Yes?", "¿start?", "helpful", "stopp all", "s t o p", "STOP HELP", "🛑", "ends", "x" * 5000,
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
