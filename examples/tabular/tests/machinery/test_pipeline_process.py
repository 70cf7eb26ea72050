"""Steps in processes of their own, and reports to receivers on this machine."""

import http.server
import json
import os
import signal
import socketserver
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from churn.mlops.hook_points import PipelineStep
from churn.mlops.pipeline import (
    notify,
    process,
    records,
    settings,
    step_process,
)

pytestmark = pytest.mark.slow
POSIX = pytest.mark.skipif(os.name != "posix", reason="Windows has no process groups")
PACKAGE = process.MODULE.partition(".")[0]
# The steps of a run that has none but the stages of the dvc.yaml in its folder.
ONLY_STAGES = f"""
import sys
from {PACKAGE}.mlops.pipeline import step_process, stages
step_process.list_steps = stages.read_steps
raise SystemExit(step_process.main())
"""


@pytest.fixture
def folder(tmp_path, monkeypatch, workspace):
    """A folder with settings and no stage yet; its steps are those of its dvc.yaml."""
    monkeypatch.chdir(tmp_path)
    config = (workspace / "config.yaml").read_bytes()
    (tmp_path / "config.yaml").write_bytes(config)
    script = tmp_path / "only_stages.py"
    script.write_text(ONLY_STAGES, encoding="utf-8")
    real = subprocess.Popen

    def popen(command: list[str], **options: object) -> subprocess.Popen[bytes]:
        return real([sys.executable, str(script), *command[3:]], **options)

    monkeypatch.setattr(process.subprocess, "Popen", popen)
    return tmp_path


def write_stage(command: str) -> None:
    text = json.dumps({"stages": {"work": {"cmd": command, "outs": ["out"]}}})
    Path("dvc.yaml").write_text(text, encoding="utf-8")


def test_a_step_is_measured_and_its_output_is_kept(folder, capfd):
    script = folder / "work.py"
    script.write_text(
        "import time\n"
        "end = time.process_time() + 0.3\n"
        "while time.process_time() < end: pass\n"
        "memory = bytearray(300_000_000)\n"
        "time.sleep(0.3)\n"
        "print('done', flush=True)\n",
        encoding="utf-8",
    )
    write_stage(f'"{sys.executable}" work.py')
    end = process.run_step("work", folder)
    assert end.status == 0
    assert end.last_lines.endswith("done")
    assert "done" in capfd.readouterr().out
    assert "done" in (folder / "work.log").read_text(encoding="utf-8")
    if os.name == "posix":
        assert end.cpu_seconds >= 0.3
        assert 300e6 < end.peak_memory_bytes < 2e9
    if step_process.SCHEDULER.exists():
        assert end.waiting_seconds >= 0.3


@POSIX
def test_a_step_that_is_killed_is_reported_with_the_signal(folder):
    write_stage("kill -9 $PPID")
    end = process.run_step("work", folder)
    assert (end.status, end.reason) == (-9, "was killed by SIGKILL")


@POSIX
def test_a_step_and_all_that_it_started_end_when_the_pipeline_is_killed(folder):
    write_stage("echo $$ > pid; sleep 60")
    read, write = os.pipe()
    command = [sys.executable, "-m", process.MODULE, "work", "report.json"]
    child = subprocess.Popen(command, stdin=read, start_new_session=True)
    os.close(read)
    deadline = time.monotonic() + 60
    while not (folder / "pid").is_file() or not (folder / "pid").read_text(encoding="utf-8"):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    started = int((folder / "pid").read_text(encoding="utf-8"))
    os.close(write)  # what happens when the pipeline ends, however it ends
    assert child.wait(20) == -signal.SIGKILL
    deadline = time.monotonic() + 20
    while is_alive(started):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    with suppress(OSError):
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
        return state != "Z"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return not Path("/proc").is_dir()


def make_record() -> records.RunRecord:
    now = datetime(2026, 11, 29, 4, 30, tzinfo=UTC)
    step = records.StepRecord("train", now, exit_reason="failed", message="one\nthe last line")
    message = 'the step "train" ended with status 1'
    begun = records.begin([], "a1b2c3", "schedule")
    return records.replace(begun, exit_reason="failed", steps=[step], message=message)


@contextmanager
def listen(handler: type[socketserver.BaseRequestHandler]):
    with socketserver.TCPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()


@pytest.mark.parametrize(("answer", "is_taken"), [(200, True), (204, True), (500, False)])
def test_a_webhook_gets_the_failed_run_once(answer, is_taken, monkeypatch, caplog):
    bodies: list[dict[str, object]] = []

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self):  # the name that http.server calls
            length = int(self.headers["Content-Length"])
            bodies.append(json.loads(self.rfile.read(length)))
            self.send_response(answer)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    record = make_record()
    with listen(Receiver) as port:
        monkeypatch.setenv(settings.WEBHOOK, f"http://127.0.0.1:{port}/T0K3N")
        assert notify.report(settings.Notify(webhook=True), "churn", record) is is_taken
    assert len(bodies) == 1
    assert bodies[0]["step"] == "train"
    assert bodies[0]["last_lines"] == ["one", "the last line"]
    assert "the last line" in str(bodies[0]["text"])
    assert "T0K3N" not in caplog.text


def test_a_webhook_that_is_away_is_a_warning_without_its_address(monkeypatch, caplog):
    monkeypatch.setenv(settings.WEBHOOK, "http://127.0.0.1:9/T0K3N")
    assert not notify.report(settings.Notify(webhook=True), "churn", make_record())
    assert "The webhook did not take the report" in caplog.text
    assert "T0K3N" not in caplog.text


class MailServer(socketserver.StreamRequestHandler):
    """As much of SMTP as one message takes."""

    messages: list[str] = []  # noqa: RUF012  # shared by all connections of a test

    def handle(self) -> None:
        self.wfile.write(b"220 test\r\n")
        while line := self.rfile.readline():
            word = line.split()[0].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go\r\n")
                lines = iter(self.rfile.readline, b".\r\n")
                self.messages.append(b"".join(lines).decode())
            self.wfile.write(b"250 ok\r\n" if word != b"QUIT" else b"221 bye\r\n")
            if word == b"QUIT":
                return


def test_an_e_mail_gets_the_failed_run_once():
    MailServer.messages.clear()
    with listen(MailServer) as port:
        email = settings.Email(
            to=("ops@example.com",),
            sender="ci@example.com",
            host="127.0.0.1",
            port=port,
            security="none",
        )
        assert notify.report(settings.Notify(email=email), "churn", make_record())
    assert len(MailServer.messages) == 1
    assert "Subject: churn: pipeline run" in MailServer.messages[0]
    assert "the last line" in MailServer.messages[0]


def test_a_mail_server_that_does_not_encrypt_gets_no_message_when_it_has_to(caplog):
    MailServer.messages.clear()
    with listen(MailServer) as port:
        email = settings.Email(
            to=("a@example.com",), sender="b@c.example", host="127.0.0.1", port=port
        )
        assert not notify.report(settings.Notify(email=email), "churn", make_record())
    assert MailServer.messages == []
    assert "The e-mail did not take the report" in caplog.text


def test_a_run_is_reported_nowhere_when_nothing_is_configured():
    assert notify.report(settings.Notify(), "churn", make_record())


def test_a_step_that_no_one_knows_is_refused(folder, capfd):
    write_stage("echo")
    assert process.run_step("other", folder).status == 2
    assert '"other" is not a step of the pipeline' in capfd.readouterr().out


def test_a_step_of_a_hook_needs_nothing_but_a_function_and_paths():
    step = PipelineStep("gate", 50, print, inputs=[Path("model")], outputs=[Path("gate.json")])
    assert (step.code, step.facts, step.side_effects, step.stage) == ("", None, False, "")
