"""Groups are drawn by hash; data/split.yaml keeps what a hash does not say."""

from collections import Counter
from pathlib import Path

import pytest

from churn.mlops import splits
from churn.mlops.errors import UserError
from churn.mlops.project import PREPARED
from churn.mlops.splits import SPLIT_FILE, Record

SHARES = {"train": 0.7, "valid": 0.1, "test": 0.2}
GROUPS = [f"group {number}" for number in range(600)]


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_workspace: None) -> None:
    """Each test starts without data/split.yaml."""
    assert in_workspace is None
    monkeypatch.chdir(tmp_path)


def assign(groups: list[str], seed: int = 0) -> dict[str, str]:
    homes = splits.assign(groups, SHARES, {}, seed)
    return dict(zip(groups, homes.tolist(), strict=True))


def test_every_split_gets_its_share() -> None:
    counts = Counter(assign(GROUPS).values())
    for split, share in SHARES.items():
        assert counts[split] == pytest.approx(share * len(GROUPS), rel=0.25)


def test_a_group_keeps_its_split_whatever_others_there_are() -> None:
    homes = assign(GROUPS)
    assert assign(GROUPS[::-3]) == {group: homes[group] for group in GROUPS[::-3]}
    assert assign(GROUPS, seed=1) != homes


def test_a_larger_test_share_keeps_all_test_groups() -> None:
    homes = splits.assign(GROUPS, {"train": 0.5, "test": 0.5}, {})
    before = [group for group, home in assign(GROUPS).items() if home == "test"]
    after = dict(zip(GROUPS, homes, strict=True))
    assert {after[group] for group in before} == {"test"}


@pytest.mark.parametrize("rare", [3, 5])
def test_every_split_has_every_label_as_far_as_it_is_possible(rare: int) -> None:
    labels = ["often"] * 40 + ["rarely"] * rare + ["once"]
    groups = GROUPS[: len(labels)]
    forced = splits.find_forced(labels, groups, SHARES)
    homes = splits.assign(groups, SHARES, forced)
    gaps = splits.find_gaps(labels, homes, SHARES)
    assert len(gaps) == 2
    assert {label for _, label in gaps} == {"once"}
    assert sum(len(names) for names in forced.values()) < rare


def test_speakers_of_every_word_are_moved_whole() -> None:
    speakers = ["ann", "bob", "eve"]
    groups = [speaker for speaker in speakers for _ in range(4)]
    labels = ["yes", "no", "up", "down"] * 3
    forced = splits.find_forced(labels, groups, SHARES)
    homes = splits.assign(groups, SHARES, forced)
    assert splits.find_gaps(labels, homes, SHARES) == []


def test_training_keeps_a_label_that_a_single_group_has() -> None:
    for seed in range(12):
        labels = ["often"] * 30 + ["once"] * 3
        groups = [*GROUPS[:30], "only", "only", "only"]
        forced = splits.find_forced(labels, groups, SHARES, seed)
        homes = splits.assign(groups, SHARES, forced, seed)
        assert set(homes[-3:]) == {"train"}
        assert {label for _, label in splits.find_gaps(labels, homes, SHARES)} == {"once"}


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_no_split_is_empty_where_there_are_as_many_groups(count: int) -> None:
    for seed in range(12):
        groups = GROUPS[:count]
        forced = splits.find_forced([""] * count, groups, SHARES, seed)
        homes = splits.assign(groups, SHARES, forced, seed)
        assert len(set(homes)) == min(count, len(SHARES))
        assert "train" in homes


def never(_: Record) -> bool:
    return False


def test_a_record_is_read_as_it_was_written_and_the_user_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    one = Record("data/raw", "folder", forced={"test": ["Müller", "0123"]})
    other = Record("a.csv", "columns", columns=["1", "größe"], after="2026-01-31T00:00:00+00:00")
    for record in (one, other, one):
        splits.save_record(record, PREPARED)
    assert splits.find_record("data/raw", "folder", never) == one
    assert splits.find_record("a.csv", "columns", never) == other
    assert splits.find_record("a.csv", "folder", never) is None
    assert [record.getMessage() for record in caplog.records] == [
        'data/split.yaml keeps how "data/raw" is split (by folder): commit it.',
        'data/split.yaml keeps how "a.csv" is split (by columns): commit it.',
    ]


def test_a_deleted_file_is_said_to_draw_anew(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    PREPARED.mkdir(parents=True)
    (PREPARED / "manifest.json").write_text("{}", encoding="utf-8")
    splits.save_record(Record("data/raw", "folder"), PREPARED)
    assert "drawn anew" in caplog.text


def test_another_source_uses_a_record_that_fits() -> None:
    splits.save_record(Record("old", "folder", forced={"test": ["a"]}), PREPARED)
    found = splits.find_record("new", "folder", lambda record: record.forced == {"test": ["a"]})
    assert found
    assert found == Record("new", "folder", forced={"test": ["a"]})
    assert splits.find_record("new", "folder", never) is None
    assert splits.has_forced(found, ["a", "b"])
    assert not splits.has_forced(found, ["b"])
    assert not splits.has_forced(Record("builtin", "folder"), ["a"])


def test_only_data_prepared_in_its_own_folder_is_kept(tmp_path: Path) -> None:
    splits.save_record(Record("data/raw", "folder"), tmp_path / "elsewhere")
    assert not SPLIT_FILE.exists()
    splits.save_record(Record("data/raw", "folder"), PREPARED.resolve())
    assert SPLIT_FILE.exists()


@pytest.mark.parametrize(
    "content", ["[", "- {source: a}", "- {source: a, by: b, other: c}", "a: b"]
)
def test_an_invalid_file_is_refused_with_what_to_do(content: str) -> None:
    SPLIT_FILE.parent.mkdir()
    SPLIT_FILE.write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match=r'"data/split\.yaml" cannot be read.*git again, or delete'):
        splits.read_records()


def test_a_share_that_is_far_off_is_described() -> None:
    homes = ["train"] * 60 + ["valid"] * 10 + ["test"] * 30
    assert splits.describe_shares(homes, SHARES) == ["test has 30% of the examples (20% asked)"]


@pytest.mark.parametrize("count", [12, 18, 30])
def test_few_groups_are_drawn_with_a_seed_that_comes_close_to_the_shares(count: int) -> None:
    for offset in range(20):
        groups = [f"session {offset + number}" for number in range(count) for _ in range(8)]
        seed = splits.choose_seed(groups, SHARES)
        homes = splits.assign(groups, SHARES, {}, seed)
        assert splits.describe_shares(homes, SHARES) == []


def test_many_groups_need_no_other_seed() -> None:
    assert splits.choose_seed([str(number) for number in range(2000)], SHARES) == 0


def test_the_seed_of_the_first_preparation_is_kept_when_groups_are_added() -> None:
    groups = [f"session {number}" for number in range(18)]
    labels = ["a"] * len(groups)
    record = splits.begin_record(Record("data/raw", "folder"), labels, groups, SHARES)
    splits.save_record(record, PREPARED)
    before = splits.draw_groups(labels, groups, groups, SHARES, Record("data/raw", "folder"))
    more = [*groups, *(f"later {number}" for number in range(40))]
    after = splits.draw_groups(["a"] * 58, more, more, SHARES, Record("data/raw", "folder"))
    assert after.homes[:18] == before.homes
    assert after.record.seed == record.seed
