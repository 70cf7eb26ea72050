"""`poe image-push` pushes the image that was checked, and nothing else."""

import json
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

TASKS = Path(__file__).parents[2] / "tasks"
sys.path.insert(0, str(TASKS))
import image_push  # noqa: E402 - tasks/ is no package
import image_registry  # noqa: E402 - as above

ID = "sha256:" + "1" * 64
DIGEST = "sha256:" + "2" * 64
REPOSITORY = "registry.example/team/churn"
PROGRAM = """#!{python}
import os, sys
words = sys.argv[1:]
with open("calls", "a") as file:
    file.write(" ".join([os.path.basename(sys.argv[0]), *words]) + "\\n")
if words[:2] == ["image", "inspect"]:
    print(open("arrived" if "@" in words[-1] else "image").read().strip())
if words[0] == "push":
    print("20261129: digest: {digest} size: 1")
if words[0] == "login":
    open("password", "w").write(sys.stdin.read())
if "AWS_WEB_IDENTITY_TOKEN_FILE" in os.environ:
    open("token", "w").write(open(os.environ["AWS_WEB_IDENTITY_TOKEN_FILE"]).read())
if words[:2] == ["ecr", "get-login-password"]:
    print("from the cloud")
if words[:2] == ["s3", "cp"]:
    open("bucket", "w").write(open(words[-2]).read())
"""
VARIABLES = ("IMAGE_TARGET", "GITHUB_ACTIONS", "CI_REGISTRY_IMAGE", "CI_REGISTRY")

Checked = Callable[..., None]


@pytest.fixture
def checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checked:
    """Makes an image, and what image-check wrote about it."""
    if sys.platform == "win32":
        pytest.skip("the programs of this test are scripts, which Windows does not start")
    monkeypatch.chdir(tmp_path)
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("docker", "aws"):
        program = programs / name
        program.write_text(PROGRAM.format(python=sys.executable, digest=DIGEST), encoding="utf-8")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setenv("CONTAINER_ENGINE", str(programs / "docker"))
    Path("pyproject.toml").write_text('[project]\nname = "churn"\n', encoding="utf-8")
    Path("reports").mkdir()

    def make(image: str = ID, commit: str | None = "c" * 40, arrived: str = ID) -> None:
        Path("image").write_text(ID, encoding="utf-8")
        Path("arrived").write_text(arrived, encoding="utf-8")
        content = {"image": image, "commit": commit}
        Path("reports/image.json").write_text(json.dumps(content), encoding="utf-8")

    return make


@pytest.fixture
def oidc(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Answers as GitHub does when a job asks for its token; gives what was asked."""
    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"{self.path} {self.headers['Authorization']}")
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"value": "signed"}')

        def log_message(self, *_: object) -> None:
            """Prints nothing."""

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}/token?v=1"
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_URL", address)
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "of the job")
    yield asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_digest_of_the_checked_image_is_recorded(checked: Checked) -> None:
    checked()
    assert image_push.main(["--to", REPOSITORY]) == 0
    record = json.loads(Path("reports/image-push.json").read_text(encoding="utf-8"))
    assert record["image"] == f"{REPOSITORY}@{DIGEST}"
    assert (record["image_id"], record["commit"], record["announced"]) == (ID, "c" * 40, None)
    signed = Path("reports/image-push.sha256").read_text(encoding="utf-8")
    assert signed == f"{'2' * 64}  {REPOSITORY}\n"
    calls = Path("calls").read_text(encoding="utf-8")
    assert f"docker pull --quiet {REPOSITORY}@{DIGEST}" in calls
    assert "login" not in calls


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"image": "sha256:other"}, '"sha256:other" was checked: run'),
        ({"commit": None}, "files that are in no commit"),
        ({"commit": "abc-dirty"}, "files that are in no commit"),
    ],
)
def test_an_image_that_was_not_checked_is_refused(
    checked: Checked,
    changed: dict[str, str | None],
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    checked(**changed)
    assert image_push.main(["--to", REPOSITORY]) == 2
    assert message in capsys.readouterr().err
    assert "push" not in Path("calls").read_text(encoding="utf-8")


def test_without_a_check_nothing_is_pushed(
    checked: Checked, capsys: pytest.CaptureFixture[str]
) -> None:
    checked()
    Path("reports/image.json").unlink()
    assert image_push.main(["--to", REPOSITORY]) == 2
    assert '"reports/image.json" could not be read' in capsys.readouterr().err


def test_another_image_under_the_digest_is_an_error(
    checked: Checked, capsys: pytest.CaptureFixture[str]
) -> None:
    checked(arrived="sha256:" + "3" * 64)
    assert image_push.main(["--to", REPOSITORY]) == 1
    assert "did not come to its end" in capsys.readouterr().err
    assert not Path("reports/image-push.json").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("churn", "is not a repository"),
        ("team/churn", "is not a repository"),
        ("registry.example/Churn", "lower-case"),
        ("registry.example/churn:v1", "without tag"),
        (f"registry.example/churn@{DIGEST}", "without tag and digest"),
        ("{not json", "is no valid JSON"),
        ('{"role": "r"}', 'has no "repository"'),
        ('{"repository": 1}', "no text"),
    ],
)
def test_a_place_that_is_no_repository_is_refused(text: str, message: str) -> None:
    with pytest.raises(image_registry.UserError, match=message):
        image_registry.find_target(None, {"IMAGE_TARGET": text})


def test_in_ci_the_registry_next_to_the_code_is_the_default() -> None:
    github = {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "Octo/Churn", "IMAGE_TARGET": ""}
    assert image_registry.find_target(None, github).repository == "ghcr.io/octo/churn"
    gitlab = {"CI_REGISTRY_IMAGE": "registry.gitlab.example/octo/churn"}
    assert image_registry.find_target(None, gitlab).host == "registry.gitlab.example"
    with pytest.raises(image_registry.UserError, match="Nothing says where to push"):
        image_registry.find_target(None, {})


def test_the_token_of_the_job_opens_the_registry_of_github(
    checked: Checked, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked()
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_REPOSITORY", "octo/churn")
    monkeypatch.setenv("GITHUB_ACTOR", "ada")
    monkeypatch.setenv("GITHUB_TOKEN", "of this job")
    assert image_push.main([]) == 0
    calls = Path("calls").read_text(encoding="utf-8")
    assert "docker login --username=ada --password-stdin ghcr.io" in calls
    assert "of this job" not in calls
    assert Path("password").read_text(encoding="utf-8") == "of this job"
    assert calls.rstrip().splitlines()[-2] == "docker logout ghcr.io"


def test_a_cloud_lets_the_job_in_by_its_oidc_token_and_learns_the_image(
    checked: Checked, oidc: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    checked()
    repository = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/churn"
    target = {
        "repository": repository,
        "role": "arn:aws:iam::123456789012:role/ci",
        "region": "eu-west-1",
        "artifacts": "s3://bucket",
    }
    monkeypatch.setenv("IMAGE_TARGET", json.dumps(target))
    assert image_push.main([]) == 0
    assert oidc[0] == "/token?v=1&audience=sts.amazonaws.com Bearer of the job"
    assert Path("token").read_text(encoding="utf-8") == "signed"
    assert Path("password").read_text(encoding="utf-8") == "from the cloud"
    assert Path("bucket").read_text(encoding="utf-8") == f"{repository}@{DIGEST}\n"
    calls = Path("calls").read_text(encoding="utf-8")
    assert "s3://bucket/vm/pipeline/image" in calls
    record = json.loads(Path("reports/image-push.json").read_text(encoding="utf-8"))
    assert record["announced"] == "s3://bucket/vm/pipeline/image"


def test_a_role_without_a_token_is_refused(
    checked: Checked, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    checked()
    monkeypatch.delenv("ACTIONS_ID_TOKEN_REQUEST_URL", raising=False)
    repository = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/churn"
    target = {"repository": repository, "role": "r", "region": "eu-west-1"}
    monkeypatch.setenv("IMAGE_TARGET", json.dumps(target))
    assert image_push.main([]) == 2
    assert "the job has no OIDC token" in capsys.readouterr().err
