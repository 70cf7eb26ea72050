"""The texts and the settings of the tests; they need nothing of the team's config.yaml.

`python tests/small_data.py FOLDER` writes them into a folder.
"""

import csv
import sys
from pathlib import Path
from random import Random

CONFIG = """\
experiment: test
data:
  source: data/raw/letters.csv
  text: letter
  label: topic
  group: author
model:
  num_embeddings: 4096
  embedding_dim: 16
  ngram: 4
  max_length: 2000
  dropout: 0.3
train:
  epochs: 4
  batch_size: 16
  learning_rate: 0.02
  weight_decay: 0.3
evaluate:
  min_score: 0.3
  seeds: 2
runtime:
  seed: 0
  track: false
"""
WORDS = {  # of each topic, in three languages
    "garden": [
        "rose hedge lawn seeds compost spade tulip pruning bench pond",
        "Hecke Rasen Beet Tulpe Spaten Kompost Laube Baum Bank Teich",
        "сад клумба грядка лопата семена трава яблоня тюльпан забор пруд",
    ],
    "street": [
        "pothole lamp crossing bicycle pavement traffic kerb signal bus parking",
        "Schlagloch Laterne Radweg Gehweg Ampel Bordstein Bus Parkplatz Stau Kreuzung",
        "яма фонарь переход велосипед тротуар светофор автобус стоянка пробка бордюр",
    ],
    "Ämter": [
        "passport form signature office permit stamp deadline fee queue certificate",
        "Ausweis Antrag Unterschrift Amt Genehmigung Stempel Frist Gebühr Formular Urkunde",
        "паспорт заявление подпись контора разрешение печать срок пошлина очередь справка",
    ],
}
OTHER_WORDS = [
    "please since yesterday nobody answers again near our house thank you kindly soon",
    "bitte seit gestern niemand antwortet wieder neben unserem Haus vielen Dank bald",
    "пожалуйста вчера никто отвечает снова возле нашего дома спасибо скоро опять утром",
]
LETTERS = 60  # about each topic


def write(folder: Path) -> None:
    """Writes config.yaml and the letters into a folder."""
    path = folder / "data" / "raw" / "letters.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    random = Random(0)  # noqa: S311 - not for cryptography
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter=";", lineterminator="\n")
        table.writerow(["letter", "topic", "author"])
        for topic in WORDS:
            for number in range(LETTERS):
                author = f"{topic} {number // 2}"  # of two letters
                table.writerow([make_letter(topic, number % 3, random), topic, author])
    (folder / "config.yaml").write_text(CONFIG, encoding="utf-8", newline="\n")


def make_letter(topic: str, language: int, random: Random) -> str:
    """Returns words of the topic among other words; no two letters are nearly the same."""
    words = random.sample(WORDS[topic][language].split(), 4)
    words += random.sample(OTHER_WORDS[language].split(), 8)
    random.shuffle(words)
    return " ".join(words) + "."


if __name__ == "__main__":
    write(Path(sys.argv[1]))
