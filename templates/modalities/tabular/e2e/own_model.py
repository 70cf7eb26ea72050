"""`python own_model.py [REPO NAME]`: puts a model of docs/own-model.md into a repository.

The protocol is in test/e2e/steps/own-model.ts. The ranges are around what was measured on the built-in
table with the seed 0; the linear baseline has 0.74 (accuracy on the folds) and 0.81 (R²).
"""

import json
import sys
from pathlib import Path

import own_model_page

HEADINGS = {
    "random-forest": "Random forest",
    "pipeline": "Pipeline of scikit-learn",
    "lightgbm": "LightGBM",
    "xgboost": "XGBoost",
    "catboost": "CatBoost",
    "torch": "Neural network in PyTorch",
}
# model -> lowest and highest accuracy on the folds and on the test rows
ACCURACY = {
    "random-forest": ((0.75, 0.9), (0.7, 0.95)),
    "pipeline": ((0.65, 0.85), (0.65, 0.95)),
    "lightgbm": ((0.75, 0.9), (0.7, 0.95)),
    "xgboost": ((0.75, 0.9), (0.7, 0.95)),
    "catboost": ((0.75, 0.9), (0.7, 0.95)),
    "torch": ((0.7, 0.9), (0.65, 0.95)),
}
# the same of R²
R2 = {
    "random-forest": ((0.8, 0.92), (0.75, 0.95)),
    "pipeline": ((0.75, 0.92), (0.7, 0.95)),
    "lightgbm": ((0.8, 0.92), (0.75, 0.95)),
    "xgboost": ((0.8, 0.92), (0.75, 0.95)),
    "catboost": ((0.8, 0.92), (0.75, 0.95)),
}


def list_names() -> list[str]:
    """Returns every model, with `-regression` for the second task."""
    return [*ACCURACY, *(f"{name}-regression" for name in R2)]


def put_in(repository: Path, name: str) -> dict[str, object]:
    """Edits the repository and returns what the step has to run."""
    model = name.removesuffix("-regression")
    is_regression = model != name
    applied = own_model_page.apply(repository, HEADINGS[model], "Then")
    folds, test = R2[model] if is_regression else ACCURACY[model]
    metric = "r2" if is_regression else "accuracy"
    settings = ["evaluate.min_score=0.6"]
    if is_regression:
        settings.append("task=regression")
    return {
        "commands": applied.commands,
        "settings": settings,
        "ranges": {f"model.{metric}": folds, metric: test},
        "blocks": applied.blocks,
    }


if __name__ == "__main__":
    if len(sys.argv) == 1:
        print("\n".join(list_names()))
    else:
        print(json.dumps(put_in(Path(sys.argv[1]), sys.argv[2])))
