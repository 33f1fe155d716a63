"""What the command says of a large send."""

import pytest
from django.core.management import CommandError, call_command


def test_it_says_when_the_last_message_leaves(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("simulate", "--people", "3600", "--numbers", "1x1")
    assert "after 0:59:59" in capsys.readouterr().out


@pytest.mark.parametrize("words", ["many", "2x", "x3", "2x100;3x1"])
def test_numbers_that_cannot_be_read_are_quoted(words: str) -> None:
    with pytest.raises(CommandError, match=f"“{words}” is not a list"):
        call_command("simulate", "--numbers", words)
