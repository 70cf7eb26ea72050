"""`poe gate` decides between models that were trained here, and leaves a record each time."""

import dataclasses
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from churn.mlops.errors import UserError
from churn.mlops.gate import command, decision, models, proposal, report
from churn.mlops.gate.decision import DecisionRecord
from churn.mlops.gate.models import ModelError
from churn.mlops.project import MODEL
from churn.mlops.training import FinishedRun

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
CHAMPION = Path("models/champion")


@pytest.fixture(autouse=True)
def gate_yaml(trained: FinishedRun) -> Iterator[None]:
    """The gate.yaml of the repository, without a champion and without records."""
    assert trained
    shutil.copy(ROOT / "gate.yaml", "gate.yaml")
    text = Path("gate.yaml").read_text(encoding="utf-8")
    floors = text.replace("min_score: null", "min_score: -1000")
    Path("gate.yaml").write_text(
        floors.replace("beat_baselines: true", "beat_baselines: false"), encoding="utf-8"
    )
    yield
    for folder in (CHAMPION, decision.FOLDER, report.FOLDER, Path("models/broken")):
        shutil.rmtree(folder, ignore_errors=True)


def find_record() -> DecisionRecord:
    record = decision.find_latest()
    assert record is not None
    return record


def test_the_first_model_is_promoted_and_the_holdout_is_frozen(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert command.main(["--exit-code"]) == 0
    record = find_record()
    assert record.verdict.name == "promote"
    assert record.champion is None
    assert record.waits_for_person
    assert record.holdout.examples > 0
    assert record.budget.looks_used == 1
    out = capsys.readouterr().out
    assert "there is no champion yet" in out
    assert "PROMOTE" in out
    kept = json.loads((report.FOLDER / "decision.json").read_text(encoding="utf-8"))
    assert kept["id"] == record.id
    assert "| verdict | PROMOTE |" in (report.FOLDER / "decision.md").read_text(encoding="utf-8")


def test_a_new_decision_is_ready_to_be_proposed_and_a_repeated_one_is_not() -> None:
    assert command.main([]) == 0
    record = find_record()
    files = {path.relative_to(proposal.FILES) for path in proposal.FILES.rglob("*.*")}
    assert decision.find_path(record.id) in files
    page = proposal.PAGE.read_text(encoding="utf-8")
    assert page.startswith("### Gate: promote\n")
    assert "**Merging this approves the promotion.**" in page
    assert command.main([]) == 0
    assert not proposal.PAGE.exists()
    assert not proposal.FILES.exists()


def test_a_proposal_says_that_the_champion_stays() -> None:
    assert command.main([]) == 0
    record = find_record()
    kept = record.model_copy(update={"verdict": decision.Verdict(name="keep", reason="worse")})
    proposal.write(kept, set())
    page = proposal.PAGE.read_text(encoding="utf-8")
    assert "The champion stays." in page
    assert "approves" not in page
    approval = decision.Approval(rule="automatic")
    proposal.write(record.model_copy(update={"approval": approval}), set())
    assert "lets no person decide" in proposal.PAGE.read_text(encoding="utf-8")


def test_the_same_model_is_kept_without_a_look() -> None:
    shutil.copytree(MODEL, CHAMPION)
    assert command.main(["--exit-code"]) == 3
    record = find_record()
    assert "have the same files" in record.verdict.reason
    assert record.look is None
    assert not proposal.PAGE.exists()


def test_a_model_with_the_same_scores_is_kept_and_counts_as_one_look() -> None:
    shutil.copytree(MODEL, CHAMPION)
    (CHAMPION / "note.txt").write_text("other bytes", encoding="utf-8")
    assert command.main(["--exit-code"]) in (3, 4)
    first = find_record()
    assert command.main([]) == 0
    assert find_record().look == first.look
    assert find_record().budget.looks_used == 1


def test_a_champion_that_cannot_be_loaded_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(MODEL, CHAMPION)
    (CHAMPION / "code.zip").unlink()
    assert command.main(["--exit-code"]) == 4
    record = find_record()
    assert record.verdict.name == "cannot tell"
    assert "the champion cannot be evaluated" in record.verdict.reason
    assert record.look is None
    assert "UserError" not in capsys.readouterr().out


def test_a_challenger_that_cannot_be_loaded_is_not_promoted() -> None:
    broken = Path("models/broken")
    shutil.copytree(MODEL, broken)
    (broken / "code.zip").write_bytes(b"no archive")
    assert command.main([broken.as_posix(), "--exit-code"]) == 3
    assert "the challenger cannot be used" in find_record().verdict.reason


@pytest.mark.parametrize("option", ["CHALLENGER", "--champion"])
def test_a_model_that_is_not_there_is_refused(
    option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    named = ["no/such/model"] if option == "CHALLENGER" else [option, "no/such/model"]
    assert command.main(named) == 2
    assert '"no/such/model" is not a directory of a model' in capsys.readouterr().err


def test_nothing_is_compared_when_the_looks_are_spent() -> None:
    assert command.main([]) == 0
    first = find_record()
    for number in range(52):
        look = f"another look {number}"
        decision.save(first.model_copy(update={"id": f"20260101T000000-{number:08}", "look": look}))
    shutil.copytree(MODEL, CHAMPION)
    (CHAMPION / "note.txt").write_text("other bytes", encoding="utf-8")
    assert command.main(["--exit-code"]) == 4
    assert "looks at this holdout are spent" in find_record().verdict.reason


def test_the_operating_curve_is_printed_and_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--power"]) == 2
    assert "no holdout is frozen yet" in capsys.readouterr().err
    assert command.main(["--power", "--examples", "360", "--disagreement", "0.1"]) == 0
    out = capsys.readouterr().out
    assert "360" in out
    assert "more labelled examples" in out
    assert (report.FOLDER / "power.png").read_bytes().startswith(b"\x89PNG")
    assert command.main(["--power", "--examples", "360", "--disagreement", "7"]) == 2


def test_a_person_who_approves_is_in_the_record() -> None:
    assert command.main([]) == 0
    record = find_record()
    approved = decision.approve(record, "Ada")
    assert not approved.waits_for_person
    assert find_record().approval.by == "Ada"


def test_a_damaged_record_is_named() -> None:
    assert command.main([]) == 0
    path = decision.find_path(find_record().id)
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(UserError, match="is not a decision record"):
        decision.load_all()


def test_looks_of_the_last_year_and_of_the_future_count() -> None:
    assert command.main([]) == 0
    record = find_record()
    today = datetime.now(UTC)
    ages = {"old": timedelta(weeks=60), "new": timedelta(weeks=3), "future": -timedelta(days=9)}
    records = [
        record.model_copy(update={"look": name, "created": (today - age).isoformat()})
        for name, age in ages.items()
    ]
    counts = decision.count_looks(records, record.holdout.sha256, today - timedelta(weeks=52))
    assert counts == {"at_holdout": 3, "this_year": 2}


def make_model(signature: dict[str, list[dict[str, object]]]) -> models.Model:
    facts = decision.ModelFacts(name="a model", sha256="0")
    return models.Model(MODEL, facts, json.dumps(signature))


def make_field(name: str, kind: str = "number", allowed: tuple[str, ...] = ()) -> dict[str, object]:
    return {"name": name, "kind": kind, "shape": [], "allowed": list(allowed)}


@pytest.mark.parametrize(
    ("inputs", "outputs", "message"),
    [
        (["age", "town"], "y", 'has "town" in its inputs'),
        ([], "y", 'has no "age" in its inputs'),
        (["age"], "z", 'has no "y" in its outputs'),
    ],
)
def test_a_challenger_that_callers_could_not_call_is_refused(
    inputs: list[str], outputs: str, message: str
) -> None:
    champion = make_model({"inputs": [make_field("age")], "outputs": [make_field("y")]})
    fields = [make_field(name) for name in inputs]
    challenger = make_model({"inputs": fields, "outputs": [make_field(outputs)]})
    with pytest.raises(ModelError, match=message):
        models.refuse_other_signature(champion, challenger)


def test_other_classes_are_another_signature() -> None:
    old = make_field("y", "category", ("a", "b"))
    new = make_field("y", "category", ("a", "b", "c"))
    with pytest.raises(ModelError, match=r"predicts other classes of \"y\" \(a, b, c\)"):
        models.refuse_other_signature(
            make_model({"inputs": [], "outputs": [old]}),
            make_model({"inputs": [], "outputs": [new]}),
        )


def test_scores_of_repeated_answers_are_averaged(monkeypatch: pytest.MonkeyPatch) -> None:
    found = iter([[1.0, 0.0], [0.0, 0.0], [1.0, 1.0]])

    def evaluate_once(*_: object) -> object:
        scores = np.array(next(found))
        return models.Evaluation({"score": 0.0}, "score", max, scores, scores, scores)

    monkeypatch.setattr(models, "_evaluate_once", evaluate_once)
    without_data = dataclasses.replace(models.PROJECT, inputs=lambda _: [])
    monkeypatch.setattr(models, "PROJECT", without_data)
    answer = make_field("answer", "text")
    model = make_model({"inputs": [], "outputs": [answer]})
    evaluation = models.evaluate(None, model, None, repeats=3)
    assert evaluation.scores is not None
    assert evaluation.scores.tolist() == pytest.approx([2 / 3, 1 / 3])
