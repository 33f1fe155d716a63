"""The filesystem transport: what a reader can see is whole."""

from pathlib import Path

import pytest
from kombu import Connection, Queue


@pytest.fixture
def connection(tmp_path: Path) -> Connection:
    for name in ("messages", "control"):
        (tmp_path / name).mkdir()
    options = {
        "data_folder_in": str(tmp_path / "messages"),
        "data_folder_out": str(tmp_path / "messages"),
        "control_folder": str(tmp_path / "control"),
    }
    return Connection(transport="mmsadmin.broker:Transport", transport_options=options)


def test_messages_come_back_in_order(connection: Connection) -> None:
    with connection, connection.SimpleQueue("ticks") as queue:
        for number in range(3):
            queue.put({"number": number})
        assert [queue.get(timeout=1).payload["number"] for _ in range(3)] == [0, 1, 2]


def test_a_message_has_its_name_only_when_it_is_whole(
    connection: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Path.write_text
    visible: list[Path] = []

    def watch(path: Path, text: str) -> int:
        visible.extend((tmp_path / "messages").glob("*.msg"))
        return write(path, text)

    monkeypatch.setattr(Path, "write_text", watch)
    with connection, connection.Producer() as producer:
        producer.publish({"number": 1}, routing_key="ticks", declare=[Queue("ticks", routing_key="ticks")])
    assert visible == []
    assert len(list((tmp_path / "messages").glob("*.msg"))) == 1
