"""No change of the table moves a row between training and test, and what cannot hold is said."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nimble_package import config, data
from nimble_package.mlops.errors import UserError
from nimble_package.mlops.project import PREPARED
from nimble_package.mlops.splits import SPLIT_FILE, Record, save_record
from nimble_package.mlops.tabular import cross_validation
from nimble_package.mlops.tabular.split import draw_rows

ROWS = 240
TABLE = Path("data/raw/table.csv")
IDENTITIES = [(), ("data.id=order",), ("data.group=customer",)]


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test starts without data and without data/split.yaml."""
    monkeypatch.chdir(tmp_path)
    TABLE.parent.mkdir(parents=True)


def make_table(rows: int = ROWS) -> pd.DataFrame:
    """Orders; `size` is another number in every row."""
    random = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "order": np.arange(rows) + 1000,
            "customer": random.integers(0, 60, rows),
            "day": pd.date_range("2024-01-01", periods=rows).strftime("%Y-%m-%d"),
            "size": random.permutation(rows) + 0.25,
            "count": random.integers(0, 9, rows),
            "town": random.choice(["Łódź", "東京", "NA"], rows),
            "regular": random.random(rows) < 0.5,
            "bought": random.choice(["yes", "no"], rows),
        }
    )


def make_settings(*overrides: str) -> config.Config:
    """The settings for the table, with folds enough for a small one."""
    Path("config.yaml").write_text("experiment: test\n", encoding="utf-8")
    own = ["data.source=csv", f"data.path={TABLE.as_posix()}", "data.target=bought"]
    return config.load(overrides=[*own, "evaluate.folds=3", *overrides])


def find_splits(table: pd.DataFrame, *overrides: str) -> dict[float, str]:
    """Splits the table as `data.prepare` does; returns `size` -> split."""
    table.to_csv(TABLE, index=False, encoding="utf-8")
    settings = make_settings("data.drop=[order]", *overrides)
    rows = data.read(settings)
    drawn = draw_rows(rows, settings, data.read_source(settings))
    save_record(drawn.record, PREPARED)
    homes = np.where(drawn.is_test, "test", "train").tolist()
    return dict(zip(rows["size"], homes, strict=True))


def count_moved(before: dict[float, str], after: dict[float, str]) -> int:
    """Rows that both preparations have, in another split."""
    known = before.keys() & after.keys()
    assert len(known) >= ROWS // 2
    return sum(before[row] != after[row] for row in known)


def add_rows(table: pd.DataFrame) -> pd.DataFrame:
    new = make_table(2 * ROWS)[ROWS:]
    new["size"] += 10_000
    return pd.concat([table, new.assign(count=np.nan)])


def relabel_some(table: pd.DataFrame) -> pd.DataFrame:
    is_new = np.arange(len(table)) % 9 == 0
    return table.assign(bought=table["bought"].mask(is_new, "perhaps"))


CHANGES: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "rows, with gaps": add_rows,
    "half of the rows": lambda table: table[::2],
    "another order of the rows": lambda table: table.sample(frac=1, random_state=0),
    "another order of the columns": lambda table: table[sorted(table.columns)],
    "a column": lambda table: table.assign(price=np.arange(len(table)) * 0.5),
    "integers as decimals": lambda table: table.astype({"count": float, "customer": float}),
    "renamed labels": lambda table: table.replace({"bought": {"yes": "ja", "no": "nein"}}),
    "a new label": relabel_some,
}


@pytest.mark.parametrize("identity", IDENTITIES)
@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_table_moves_no_row(change: str, identity: tuple[str, ...]) -> None:
    before = find_splits(make_table(), *identity)
    assert set(before.values()) == {"train", "test"}
    after = find_splits(CHANGES[change](make_table()), *identity)
    assert count_moved(before, after) == 0


@pytest.mark.parametrize("identity", IDENTITIES)
def test_a_dropped_or_derived_column_moves_no_row(
    identity: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = find_splits(make_table(), *identity)
    assert count_moved(before, find_splits(make_table(), *identity, "data.drop=[town]")) == 0

    def read(settings: config.Config) -> pd.DataFrame:
        table = data.read_source(settings)
        table["count"] = table["count"].clip(1, 5)
        table["town"] = table["town"].fillna("none")
        table["per item"] = table["size"] / table["count"]
        return table[table["size"] > 20]

    monkeypatch.setattr(data, "read", read)
    changed = find_splits(make_table(), *identity)
    assert len(changed) == ROWS - 20
    assert count_moved(before, changed) == 0


def test_a_column_that_was_added_later_may_go() -> None:
    before = find_splits(make_table())
    find_splits(make_table().assign(price=np.arange(ROWS) * 0.5))
    assert count_moved(before, find_splits(make_table())) == 0


def test_a_column_that_identifies_rows_is_missed_by_name() -> None:
    find_splits(make_table())
    with pytest.raises(UserError) as error:
        find_splits(make_table().drop(columns="count"))
    message = str(error.value)
    assert all(part in message for part in ['"count"', "data.id", "delete data/split.yaml"])
    assert find_splits(make_table().drop(columns="count"), "data.id=order")
    SPLIT_FILE.unlink()
    assert find_splits(make_table().drop(columns="count"))


def test_rows_that_cannot_be_matched_with_the_file_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def read(settings: config.Config) -> pd.DataFrame:
        table = data.read_source(settings)
        return table[table["count"] > 2].reset_index(drop=True)

    monkeypatch.setattr(data, "read", read)
    with pytest.raises(UserError, match=r"keep the index.*data\.id"):
        find_splits(make_table())
    assert find_splits(make_table(), "data.id=order")


def test_a_renamed_file_keeps_its_splits() -> None:
    before = find_splits(make_table())
    make_table().assign(price=np.arange(ROWS) * 0.5).to_csv("newer.csv", index=False)
    splits = data.load(make_settings("data.path=newer.csv", "data.drop=[order]"))
    assert {row for row, home in before.items() if home == "test"} == set(splits.test.rows["size"])


def test_the_splits_of_one_table_are_not_those_of_another() -> None:
    before = find_splits(make_table(), "data.group=customer")
    make_table().assign(customer=np.arange(ROWS)).to_csv("other.csv", index=False)
    data.prepare(make_settings("data.path=other.csv", "data.group=customer"))
    assert find_splits(make_table(), "data.group=customer") == before


def test_another_folder_reads_the_kept_splits_and_writes_none(tmp_path: Path) -> None:
    make_table().to_csv(TABLE, index=False)
    data.prepare(make_settings(), tmp_path / "elsewhere")
    assert not SPLIT_FILE.exists()
    data.prepare(make_settings())
    content = SPLIT_FILE.read_text(encoding="utf-8")
    assert "size" in content
    assert "bought" not in content
    make_table().assign(price=np.arange(ROWS) * 0.5).to_csv(TABLE, index=False)
    data.prepare(make_settings(), tmp_path / "elsewhere")
    assert SPLIT_FILE.read_text(encoding="utf-8") == content


def test_a_changed_split_file_prepares_again() -> None:
    make_table().to_csv(TABLE, index=False)
    settings = make_settings("data.group=customer")
    before = data.load(settings)
    customer = before.train.rows["customer"].iloc[0]
    forced = {"test": [str(customer)]}
    record = Record(TABLE.as_posix(), "data.group customer", forced=forced)
    save_record(record, PREPARED)
    after = data.load(settings)
    assert customer in set(after.test.rows["customer"])
    assert len(after.train.rows) + len(after.test.rows) == ROWS
    SPLIT_FILE.write_text("- {source: 1, forest: 2}", encoding="utf-8")
    with pytest.raises(UserError, match=r"data/split\.yaml.*git"):
        data.load(settings)


def test_a_rare_class_is_in_the_test_split_and_stays_there() -> None:
    table = make_table()
    table["bought"] = table["bought"].mask(table["size"] < 6, "rarely")
    homes = [find_splits(table), find_splits(add_rows(table))]
    rare = set(table["size"][table["size"] < 6])
    assert {homes[0][row] for row in rare} == {"train", "test"}
    assert count_moved(*homes) == 0


def test_with_a_time_old_rows_move_nothing_and_newer_ones_move_the_past_to_training() -> None:
    table = make_table()
    half = find_splits(table[100:], "data.time=day")
    old_rows_added = find_splits(table, "data.time=day")
    assert count_moved(half, old_rows_added) == 0
    newer = make_table(ROWS + 60)
    newer["size"] += 10_000
    newer.iloc[:ROWS] = table
    newer_added = find_splits(newer, "data.time=day")
    moved = {row for row in half if half[row] != newer_added[row]}
    assert {half[row] for row in moved} == {"test"}
    assert 0.15 < sum(home == "test" for home in newer_added.values()) / len(newer) < 0.25


def test_folds_do_not_depend_on_other_columns() -> None:
    settings = make_settings("data.drop=[order]")
    table = make_table()
    validated = []
    for changed in (table, table.assign(price=np.arange(ROWS) * 0.5)):
        changed.to_csv(TABLE, index=False)
        train = data.load(settings).train
        y = data.targets(train)
        folds = cross_validation.make_folds(train.rows, y, train.groups, settings)
        validated.append([set(train.rows["size"].iloc[fold.valid]) for fold in folds])
    assert validated[0] == validated[1]


def test_far_fewer_test_rows_than_asked_are_reported() -> None:
    table = make_table().assign(customer=np.where(np.arange(ROWS) < 200, 0, np.arange(ROWS)))
    table.to_csv(TABLE, index=False)
    manifest = data.prepare(make_settings("data.group=customer"))
    assert "of the examples (20% asked)" in manifest["summary"]
