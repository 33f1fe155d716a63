import pytest

from campaigns.assets import names


@pytest.mark.parametrize(
    "name, kind, clean",
    [
        ("beach.JPG", "jpeg", "beach.jpg"),
        ("C:\\Users\\me\\beach.jpeg", "jpeg", "beach.jpg"),
        ("../../etc/passwd", "png", "passwd.png"),
        ("really.a.jpg.exe", "jpeg", "really.a.jpg.exe.jpg"),
        ("gpj.\u202egnp.exe", "png", "gpj.gnp.exe.png"),
        ("a\x00b\x1b[31m.gif", "gif", "ab[31m.gif"),
        ("line\u2028break\nhere.png", "png", "linebreakhere.png"),
        ("  .hidden  ", "vcf", "hidden.vcf"),
        ("", "jpeg", "file.jpg"),
        ("été à Paris.jpg", "jpeg", "été à Paris.jpg"),
    ],
)
def test_names_are_cleaned(name: str, kind: str, clean: str) -> None:
    assert names.clean(name, kind=kind) == clean


def test_names_are_at_most_a_hundred_characters() -> None:
    assert len(names.clean("x" * 300 + ".jpg", kind="jpeg")) == names.CHARACTERS
