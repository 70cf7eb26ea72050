"""Letters with an obvious topic: most predictions stay correct. Write texts of your own here."""

import pytest

from nimble_package import predict

TEXTS = {
    "The hedge and the lawn need a spade and compost.": "garden",
    "Wann blüht die Tulpe im Beet neben dem Teich?": "garden",
    "The lamp at the crossing and the pothole in the pavement.": "street",
    "Der Radweg endet an der Ampel, der Gehweg am Bordstein.": "street",
    "яма возле светофора, автобус и пробка": "street",
    "The form needs a signature and a stamp before the deadline.": "Ämter",
    "Der Antrag auf den Ausweis kostet eine Gebühr im Amt.": "Ämter",
}


@pytest.mark.usefixtures("trained")
def test_letters_with_an_obvious_topic_are_predicted() -> None:
    predictions = predict.predict(predict.load(), list(TEXTS))
    pairs = zip(predictions, TEXTS.items(), strict=True)
    wrong = [(item, found["label"]) for found, item in pairs if found["label"] != item[1]]
    assert len(wrong) <= 2, wrong
