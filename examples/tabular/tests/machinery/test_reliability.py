"""`poe reliability`, from records that these tests write."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from churn.mlops.files import load_json
from churn.mlops.pipeline import (
    prices,
    records,
    reliability,
    reliability_page,
)
from churn.mlops.pipeline.records import RunRecord, StepRecord

START = datetime(2026, 3, 1, 2, tzinfo=UTC)


def make_run(
    number: int,
    exit_reason: str = records.FINISHED,
    *,
    inputs: str = "in",
    outputs: str = "out",
    score: float = 0.8,
    seconds: float = 100,
) -> RunRecord:
    """A run on its day: data takes nothing, the training all of the time."""
    began = START + timedelta(days=number)
    ended = began + timedelta(seconds=seconds)
    is_good = exit_reason == records.FINISHED
    step = StepRecord(
        "train",
        began,
        ended=ended,
        cpu_seconds=seconds,
        peak_memory_bytes=2_000_000,
        waiting_seconds=seconds / 4,
        attempts=2 if is_good else 1,
        exit_reason=exit_reason,
        input_hash=inputs,
        output_hash=outputs,
    )
    data = StepRecord("data", began, ended=began, exit_reason="up to date", output_hash="data")
    return RunRecord(
        run_id=f"{number:06}-abcdef",
        number=number,
        started=began,
        ended=ended,
        exit_reason=exit_reason,
        steps=[data, step],
        metrics={"accuracy": score} if is_good else {},
        seeds=[number],
        cores=2,
        committed=began - timedelta(hours=1),
        instance_type="m7i.large",
    )


def test_success_recovery_and_failures_are_those_of_the_records():
    found = [
        make_run(1),
        make_run(2, records.FAILED),
        make_run(3, records.KILLED),
        make_run(4),
        make_run(5, records.REFUSED),
    ]
    values = reliability.measure(found, None, {})
    assert (values.runs, values.finished, values.failed) == (5, 2, 3)
    assert values.success_rate == 0.4
    assert values.change_failure_rate == 0.6
    assert values.outages == 1
    assert values.recovery_seconds == timedelta(days=2).total_seconds()
    assert values.failing_since == found[-1].ended
    assert values.retries == 2


def test_a_run_that_was_stopped_by_hand_is_no_outage():
    found = [make_run(1), make_run(2, records.STOPPED)]
    assert reliability.measure(found, None, {}).failing_since is None


def test_time_memory_and_waiting_are_those_of_the_steps():
    values = reliability.measure([make_run(1), make_run(2, seconds=300)], None, {})
    assert values.seconds_median == 200
    assert values.seconds_highest == 300
    assert values.cpu_utilisation == 0.5  # one of two cores
    assert values.waiting_share == 0.25
    assert values.peak_memory_bytes == 2_000_000
    assert values.step_seconds == {"train": 200}


def test_a_run_costs_the_price_of_its_machine_or_the_one_that_is_given():
    found = [make_run(1, seconds=3600), make_run(2, seconds=1800)]
    by_size = reliability.measure(found, None, {"m7i.large": 0.1})
    assert by_size.usd_total == pytest.approx(0.15)
    assert by_size.usd_per_run == pytest.approx(0.075)
    assert reliability.measure(found, 2.0, {"m7i.large": 0.1}).usd_total == pytest.approx(3.0)
    assert reliability.measure(found, None, {}).usd_total is None
    assert reliability.measure(found, 0.0, {}).usd_total == 0


def test_reruns_with_equal_inputs_are_compared_byte_by_byte():
    found = [
        make_run(1),
        make_run(2),
        make_run(3, outputs="other"),
        make_run(4, inputs="new"),
    ]
    values = reliability.measure(found, None, {})
    assert (values.reruns, values.equal_reruns) == (2, 1)


def test_the_spread_of_a_metric_is_over_trainings_on_the_newest_data():
    old = make_run(1, score=0.1)
    steps = [records.replace(old.steps[0], output_hash="older"), old.steps[1]]
    found = [records.replace(old, steps=steps), make_run(2, score=0.8), make_run(3, score=0.9)]
    values = reliability.measure(found, None, {})
    spread = values.spreads["accuracy"]
    assert (spread.runs, spread.lowest, spread.highest) == (2, 0.8, 0.9)
    assert spread.mean == pytest.approx(0.85)
    assert spread.std == pytest.approx(0.05)
    assert values.seeds == 2


def test_a_model_counts_from_its_commit_when_it_is_registered_or_trained():
    values = reliability.measure([make_run(1), make_run(15)], None, {})
    assert values.lead_seconds == 3700
    assert values.models == 2
    assert values.models_per_week == pytest.approx(1.0, abs=0.01)
    register = StepRecord("register", START, ended=START, exit_reason="up to date")
    run = make_run(1)
    without = records.replace(run, steps=[*run.steps, register])
    assert reliability.measure([without], None, {}).models == 0


def test_no_value_is_made_up_before_there_is_something_to_measure():
    running = records.replace(make_run(1), ended=None, exit_reason=records.RUNNING)
    values = reliability.measure([running], None, {})
    assert values.success_rate is None
    assert values.recovery_seconds is None
    assert values.spreads == {}
    assert "none yet" in reliability_page.render(values, [running])


@pytest.mark.parametrize("text", ["cheap", "-1", "nan", "inf"])
def test_a_price_that_cannot_be_is_refused(text):
    with pytest.raises(reliability.UserError, match="is not a price"):
        reliability.read_price(text)


def test_prices_are_those_of_the_sizes_in_infra(tmp_path):
    file = tmp_path / "prices.tf"
    file.write_text(
        'locals {\n  prices = {\n    "m7i.large"   = 0.1008\n    "disk GB-month" = 0.08\n  }\n}\n'
    )
    assert prices.read_prices(file) == {"m7i.large": 0.1008}
    assert prices.read_prices(tmp_path / "none.tf") == {}


def test_the_command_writes_page_and_json_from_the_records(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert reliability.main([]) == 2
    assert '"pipeline/runs" has no record' in capsys.readouterr().err
    for number in (1, 2):
        records.write(make_run(number))
    assert reliability.main(["--price", "0.5"]) == 0
    assert "success rate             100%" in capsys.readouterr().out
    assert load_json(tmp_path / "reports/reliability.json")["runs"] == 2
    page = (tmp_path / "reports/reliability.html").read_text(encoding="utf-8")
    assert "<svg" in page
    assert "http" not in page


def test_records_of_another_folder_can_be_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    records.write(make_run(1), Path("artifact/runs"))
    assert reliability.main(["--records", "artifact/runs"]) == 0
