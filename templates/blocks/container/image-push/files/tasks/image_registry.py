"""Where an image goes, and how CI comes in there: with the token of the job, without a stored key.

A cloud takes the job's OIDC token (GitHub: `id-token: write`) through its own program: aws, gcloud
or az, which GitHub's runners have. Without a role in IMAGE_TARGET, that program's login counts.
"""

import contextlib
import json
import os
import re
import subprocess
import tempfile
import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import Request, urlopen

VARIABLE = "IMAGE_TARGET"
REPOSITORY = re.compile(r"[a-z0-9][a-z0-9.-]*(:\d+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)+")
ANNOUNCED = "vm/pipeline/image"  # the object of the bucket in which the VM reads its image
TIMEOUT = 30


class UserError(Exception):
    """One line for the user; the exit status is 2."""


@dataclass(frozen=True)
class Target:
    """A repository of images, and what Terraform says of the way there."""

    repository: str
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def host(self) -> str:
        """The registry."""
        return self.repository.split("/")[0]

    @property
    def announced(self) -> str | None:
        """The object that says to the VM which image to run; None: there is no such VM."""
        bucket = self.settings.get("artifacts")
        return f"{bucket}/{ANNOUNCED}" if bucket else None


def find_target(given: str | None, environment: Mapping[str, str]) -> Target:
    """Returns where to push.

    Raises:
        UserError: Nothing says where, or it is not a repository.
    """
    name, text = "--to", given or ""
    if not text:
        name, text = VARIABLE, environment.get(VARIABLE, "").strip()
    if not text:
        name, text = "the registry of CI", find_registry_of_ci(environment)
    if text.startswith("{"):
        return read_settings(text)
    return Target(check_repository(name, text))


def find_registry_of_ci(environment: Mapping[str, str]) -> str:
    """Returns the repository next to the code."""
    if environment.get("GITHUB_ACTIONS") == "true":
        return f"ghcr.io/{environment.get('GITHUB_REPOSITORY', '').lower()}"
    if environment.get("CI_REGISTRY_IMAGE"):
        return environment["CI_REGISTRY_IMAGE"]
    example = "ghcr.io/octo/churn"
    raise UserError(f"Nothing says where to push: --to {example}, or set {VARIABLE}={example}.")


def read_settings(text: str) -> Target:
    """Returns the target that Terraform's output describes."""
    advice = "copy the line of `terraform -chdir=infra output -raw ci_access` as it is"
    try:
        settings = json.loads(text)
    except ValueError as error:
        raise UserError(f'"{VARIABLE}" is no valid JSON ({error}): {advice}.') from None
    texts = isinstance(settings, dict) and all(isinstance(one, str) for one in settings.values())
    if not texts or "repository" not in settings:
        raise UserError(f'"{VARIABLE}" has no "repository", or a value that is no text: {advice}.')
    return Target(check_repository(VARIABLE, settings["repository"]), settings)


def check_repository(name: str, text: str) -> str:
    """Returns the repository when it is one: registry and path, without tag and digest."""
    host = text.split("/")[0]
    known = "." in host or ":" in host or host == "localhost"  # otherwise engines mean Docker Hub
    if known and REPOSITORY.fullmatch(text):
        return text
    allowed = "lower-case registry/name without tag and digest, such as ghcr.io/octo/churn"
    raise UserError(f'"{text}" ({name}) is not a repository of images: it has to be {allowed}.')


@contextlib.contextmanager
def logged_in(engine: str, target: Target) -> Iterator[None]:
    """Logs the engine in where CI can, and out again; elsewhere the engine's own login counts."""
    found = find_password(target)
    if found is None:
        yield
        return
    user, password = found
    login = [engine, "login", f"--username={user}", "--password-stdin", target.host]
    subprocess.run(login, input=password, encoding="utf-8", check=True)
    try:
        yield
    finally:
        subprocess.run([engine, "logout", target.host])


def find_password(target: Target) -> tuple[str, str] | None:
    """Returns user and password of this registry for an hour at most; None: CI has none."""
    host, variables = target.host, os.environ
    if host == "ghcr.io" and variables.get("GITHUB_TOKEN"):
        return variables.get("GITHUB_ACTOR", "token"), variables["GITHUB_TOKEN"]
    if host == variables.get("CI_REGISTRY"):
        return variables["CI_REGISTRY_USER"], variables["CI_REGISTRY_PASSWORD"]
    if ".dkr.ecr." in host:
        region = host.split(".")[3]
        command = ["aws", "ecr", "get-login-password", "--region", region]
        return "AWS", read_from_cloud(target, command)
    if host.endswith("-docker.pkg.dev"):
        command = ["gcloud", "auth", "print-access-token"]
        return "oauth2accesstoken", read_from_cloud(target, command)
    if host.endswith(".azurecr.io"):
        words = ["--expose-token", "--query", "accessToken", "--output", "tsv"]
        command = ["az", "acr", "login", "--name", host.split(".")[0], *words]
        return "00000000-0000-0000-0000-000000000000", read_from_cloud(target, command)
    return None


def announce(target: Target, named: str) -> None:
    """Writes the image into the bucket, where the VM reads which one to run."""
    place = target.announced
    if place is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "image")
        file.write_text(f"{named}\n", encoding="utf-8", newline="\n")
        if place.startswith("s3://"):
            command = ["aws", "s3", "cp", "--only-show-errors", str(file), place]
        elif place.startswith("gs://"):
            command = ["gcloud", "storage", "cp", "--quiet", str(file), place]
        else:
            account = urllib.parse.urlsplit(place).netloc.split(".")[0]
            container = urllib.parse.urlsplit(place).path.split("/")[1]
            words = ["--auth-mode=login", "--overwrite", "--only-show-errors", "--output=none"]
            where = [f"--account-name={account}", f"--container-name={container}"]
            words += [*where, f"--name={ANNOUNCED}", f"--file={file}"]
            command = ["az", "storage", "blob", "upload", *words]
        read_from_cloud(target, command)
    print(f"The VM runs it from its next start on: {place}")


def read_from_cloud(target: Target, command: list[str]) -> str:
    """Returns what the cloud's program prints, let in by the job's token where there is one."""
    with tempfile.TemporaryDirectory() as folder:
        variables = {**os.environ, **open_access(target.settings, Path(folder))}
        done = subprocess.run(
            command, env=variables, stdout=subprocess.PIPE, encoding="utf-8", check=True
        )
    return done.stdout.strip()


def open_access(settings: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Returns the variables with which the cloud's program is let in; its files are in `folder`."""
    if "role" in settings:
        token = write_token(folder, "sts.amazonaws.com")
        names = {"AWS_ROLE_ARN": settings["role"], "AWS_WEB_IDENTITY_TOKEN_FILE": str(token)}
        return {**names, "AWS_REGION": settings["region"], "AWS_ROLE_SESSION_NAME": "image-push"}
    if "provider" in settings:
        provider, account = settings["provider"], settings["account"]
        token = write_token(folder, f"https://iam.googleapis.com/{provider}")
        accounts = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts"
        content = {
            "type": "external_account",
            "audience": f"//iam.googleapis.com/{provider}",
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",  # nosec B105 - a kind
            "token_url": "https://sts.googleapis.com/v1/token",  # nosec B105 - an address
            "service_account_impersonation_url": f"{accounts}/{account}:generateAccessToken",
            "credential_source": {"file": str(token)},
        }
        file = folder / "google.json"
        file.write_text(json.dumps(content), encoding="utf-8")
        return {"CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE": str(file)}
    if "client" in settings:
        token = write_token(folder, "api://AzureADTokenExchange")
        access = {"AZURE_CONFIG_DIR": str(folder / "azure")}
        who = [f"--username={settings['client']}", f"--tenant={settings['tenant']}"]
        login = ["az", "login", "--service-principal", *who, "--allow-no-subscriptions"]
        login += ["--output=none", f"--federated-token=@{token}"]  # az reads the file
        subprocess.run(login, env={**os.environ, **access}, check=True)
        return access
    return {}


def write_token(folder: Path, audience: str) -> Path:
    """Writes a new token that says to the cloud which job this is; it is valid for minutes."""
    try:
        address = os.environ["ACTIONS_ID_TOKEN_REQUEST_URL"]
        secret = os.environ["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]
    except KeyError:
        missing = 'the job has no OIDC token, which "id-token: write" of GitHub Actions gives'
        advice = "a plain repository in its place takes the login of the engine"
        raise UserError(f'"{VARIABLE}" names a role, and {missing}: {advice}.') from None
    query = urllib.parse.urlencode({"audience": audience})
    headers = {"Authorization": f"Bearer {secret}"}
    request = Request(f"{address}&{query}", headers=headers)  # noqa: S310 - GitHub's own address
    with urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310 # nosec B310 - as above
        token = str(json.load(answer)["value"])
    file = folder / "token"
    file.write_text(token, encoding="utf-8")
    return file
