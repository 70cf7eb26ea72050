"""Sentences with an obvious topic: most predictions stay correct. Write your own here."""

import pytest

from nimble_package import config, predict

TEXTS = {
    "Draw the axes, the legend and the title of a figure with coloured lines.": "plotting",
    "The colour of the patch and the width of its edge in the image.": "plotting",
    "Fit a classifier to the training samples and predict the class labels.": "machine-learning",
    "The number of estimators, clusters or neighbors of the estimator.": "machine-learning",
    "The cumulative distribution function of a random variable.": "statistics",
    "The p-value of the test that two samples have the same mean.": "statistics",
    "The discrete Fourier transform of a signal, and its sampling frequency.": "signals",
    "Solve the linear equation by the factorization of a symmetric matrix.": "linear-algebra",
}


@pytest.mark.usefixtures("trained")
def test_sentences_with_an_obvious_topic_are_predicted(settings: config.Config) -> None:
    if settings.data.source != "builtin":
        pytest.skip("these examples have topics of the built-in texts: write some of your own")
    predictions = predict.predict(predict.load(), list(TEXTS))
    pairs = zip(predictions, TEXTS.items(), strict=True)
    wrong = [(item, found["label"]) for found, item in pairs if found["label"] != item[1]]
    assert len(wrong) <= 3, wrong
