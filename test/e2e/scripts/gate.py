"""Changes copies of the trained model, and asks the gate about them: each case closed and open."""

import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

CURRENT = Path("models/current")
CHAMPION = Path("models/champion")
OTHER = Path("models/other")
SETTINGS = Path("gate.yaml")
RECORDS = Path("decisions")
KEEP, CANNOT_TELL = 3, 4

# The outputs of other examples: as bad as chance, with the signature of the trained model.
WORSE = "\nimport dataclasses as _d\n_outputs = PROJECT.outputs\nPROJECT = _d.replace(PROJECT, outputs=lambda model, inputs: _outputs(model, inputs)[::-1])\n"
OTHER_SCHEMA = "\nimport dataclasses as _d\nfrom .mlops.project import Field as _F\n_signature = PROJECT.signature\nPROJECT = _d.replace(PROJECT, signature=lambda model: _d.replace(_signature(model), inputs=(*_signature(model).inputs, _F('new_input', 'number'))))\n"


def copy(target: Path, code: str = "", *, note: str = "") -> Path:
    """Copies the trained model, with lines at the end of the project.py that was saved with it."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(CURRENT, target)
    if note:
        (target / "note.txt").write_text(note, encoding="utf-8")
    if code:
        source = target / "code.zip"
        with zipfile.ZipFile(source) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        with zipfile.ZipFile(source, "w") as archive:
            for name, content in members.items():
                is_project = name.count("/") == 1 and name.endswith("/project.py")
                archive.writestr(name, content + code.encode() if is_project else content)
    return target


def ask(*arguments: str, status: int, says: str) -> dict:
    """Asks the gate and returns its record."""
    command = [sys.executable, "-m", f"{package()}.mlops.gate.command", "--exit-code"]
    done = subprocess.run(
        [*command, "--set", "runtime.track=false", *arguments], capture_output=True, text=True
    )
    if done.returncode != status or says not in done.stdout + done.stderr:
        sys.exit(f"{arguments}: {done.returncode} instead of {status}\n{done.stdout}{done.stderr}")
    if status == 2:
        return {}
    return json.loads(Path("reports/gate/decision.json").read_text(encoding="utf-8"))


def package() -> str:
    return next(Path("src").glob("*/project.py")).parent.name


def few_looks(text: str) -> str:
    """The smallest test split has 23 examples: few looks leave each of them more significance."""
    text = re.sub(r"looks_per_year: \d+", "looks_per_year: 4", text)
    text = re.sub(r"candidates_per_look: \d+", "candidates_per_look: 1", text)
    return text


def main() -> None:
    before = SETTINGS.read_bytes()
    try:
        SETTINGS.write_text(few_looks(before.decode()), encoding="utf-8")
        first = ask(status=0, says="there is no champion yet")
        assert first["champion"] is None
        copy(CHAMPION)
        ask(status=KEEP, says="have the same files")

        copy(OTHER, WORSE)
        ask(str(OTHER), status=KEEP, says="the challenger is worse")
        better = ask("--champion", str(OTHER), status=0, says="the challenger is better")
        assert better["verdict"]["comparison"]["difference"] > 0

        copy(OTHER, note="other bytes, the same outputs")
        equal = ask(str(OTHER), status=KEEP, says="score the same")
        assert equal["look"] is not None

        copy(OTHER, OTHER_SCHEMA)
        ask(str(OTHER), status=KEEP, says='has "new_input" in its inputs')

        (CHAMPION / "code.zip").unlink()
        copy(OTHER, note="other bytes")
        ask(str(OTHER), status=CANNOT_TELL, says="the champion cannot be evaluated")
        copy(CHAMPION)

        copy(OTHER, note="bytes that no look was spent on")
        spent = ask(str(OTHER), status=CANNOT_TELL, says="are spent")
        assert spent["look"] is None

        changed = SETTINGS.read_text(encoding="utf-8")
        SETTINGS.write_text(re.sub(r'sha256: "..', 'sha256: "00', changed), encoding="utf-8")
        ask(str(OTHER), status=2, says="is not the holdout")
        records = len(list(RECORDS.glob("*.json")))
        print(f"{records} decisions, {first['holdout']['examples']} frozen examples")
    finally:
        SETTINGS.write_bytes(before)
        for folder in (CHAMPION, OTHER, RECORDS, Path("reports/gate")):
            shutil.rmtree(folder, ignore_errors=True)


main()
